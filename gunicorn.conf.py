"""How gunicorn serves the application, on the address of the settings; what is given on its command line goes first."""

import os

from config import load

settings = load(os.environ)
host = f"[{settings['HOST']}]" if ":" in settings["HOST"] else settings["HOST"]

wsgi_app = "app:create_app()"
bind = f"{host}:{settings['PORT']}"
worker_class = "app.web.server.Worker"
workers = 2
threads = 4
preload_app = True  # a start that is refused ends gunicorn, instead of each new worker
graceful_timeout = 8  # seconds that requests may take to finish when it is told to stop
loglevel = "warning" if settings["ENV"] == "development" else "info"
control_socket_disable = True
