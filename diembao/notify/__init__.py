"""Messages to people outside: e-mail and the services that apprise knows."""
