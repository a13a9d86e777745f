"""The desk: the web page at which a press office reviews the day; a front end beside diembao.cli."""
