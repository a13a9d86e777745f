"""The desk's part of the database: reviews of articles and their undoing, holds, comments, assignments, letters."""
