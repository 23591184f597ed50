"""Orders of a café, behind nginx. Only Python's standard library.

The app trusts X-User-Id. That is safe for two reasons: it listens on the loopback address, so that every request comes
through nginx, and nginx replaces X-User-Id, X-User-Roles and X-Session-Id in every request.
"""

import html
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

orders: list[dict[str, str]] = []


class App(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        path, user_id = urlsplit(self.path).path, self.user_id()
        if user_id is None:
            return
        if path == "/":
            self.answer(200, f"<h1>Signed in</h1><p>User {html.escape(user_id)}</p>", "text/html")
        elif path == "/orders":
            self.answer(200, {"orders": [order for order in orders if order["userId"] == user_id]})
        elif path == "/reports/orders":
            # nginx asks for the permission `view_reports`; see nginx.conf.
            self.answer(200, {"orders": orders})
        else:
            self.answer(404, {"error": "not found"})

    def do_POST(self) -> None:
        item, user_id = self.body(), self.user_id()
        if item is None or user_id is None:
            return
        if urlsplit(self.path).path != "/orders":
            return self.answer(404, {"error": "not found"})
        # Pages on other hosts of your domain can have the browser send its cookie, too (CSRF).
        if self.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            return self.answer(403, {"error": "the request must come from a page of this host"})
        order = {"userId": user_id, "item": item}
        orders.append(order)
        self.answer(201, order)

    def user_id(self) -> str | None:
        """Who sends the request. Answers 500 without the header: then nginx is not in front, or not configured."""
        user_id = self.headers.get("X-User-Id")
        if not user_id:
            self.answer(500, {"error": "no X-User-Id: is nginx in front of this app?"})
        return user_id or None

    def body(self) -> str | None:
        """The text of a small body. Answers 413 for others, whose rest must not be read as the next request."""
        length = self.headers.get("Content-Length", "")
        if not (length.isdecimal() and int(length) <= 1_000):
            self.close_connection = True
            self.answer(413, {"error": "send at most 1,000 bytes, with Content-Length"})
            return None
        return self.rfile.read(int(length)).decode(errors="replace")

    def answer(self, status: int, content: dict | str, kind: str = "application/json") -> None:
        data = (content if isinstance(content, str) else json.dumps(content)).encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(data)


if __name__ == "__main__":
    address = ("127.0.0.1", int(os.environ.get("PORT", "8080")))
    print(f"app on http://{address[0]}:{address[1]}, to be reached through nginx only", flush=True)
    ThreadingHTTPServer(address, App).serve_forever()
