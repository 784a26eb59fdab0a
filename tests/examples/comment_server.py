#!/usr/bin/env python3
"""comment_server.py FOLDER - keeps comments as GitHub and GitLab do, on a port of loopback that it writes to FOLDER/port.

FOLDER/comments.json holds the comments, FOLDER/requests a line for each request: method, path, and the token it came with.
"""
import http.server
import json
import pathlib
import re
import sys

folder = pathlib.Path(sys.argv[1])
comments = []
# A collection, and one comment: on GitHub the comment's path does not name the pull request.
COLLECTION = re.compile(r"^/(repos/[^/]+/[^/]+/issues/\d+/comments|projects/\d+/merge_requests/\d+/notes)$")
COMMENT = re.compile(r"^/(repos/[^/]+/[^/]+/issues/comments|projects/\d+/merge_requests/\d+/notes)/(\d+)$")


class Comments(http.server.BaseHTTPRequestHandler):
    def answer(self, code, value):
        body = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def serve(self):
        token = self.headers.get("PRIVATE-TOKEN") or self.headers.get("Authorization", "")
        with open(folder / "requests", "a") as log:
            log.write(f"{self.command} {self.path} {token}\n")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.split("?")[0]
        change = "PATCH" if path.startswith("/repos/") else "PUT"
        one = COMMENT.match(path)
        if not token.endswith("the-token"):
            self.answer(403, {})
        elif COLLECTION.match(path) and self.command == "GET":
            self.answer(200, comments)
        elif COLLECTION.match(path) and self.command == "POST":
            comments.append({"id": 100 + len(comments), "body": json.loads(body)["body"]})
            self.answer(201, comments[-1])
        elif one and self.command == change:
            comment = next(each for each in comments if each["id"] == int(one.group(2)))
            comment["body"] = json.loads(body)["body"]
            self.answer(200, comment)
        else:
            self.answer(404, {})
        (folder / "comments.json").write_text(json.dumps(comments))

    do_GET = do_POST = do_PUT = do_PATCH = serve

    def log_message(self, *words):
        pass


comments.append({"id": 100, "body": "Somebody else's words"})
server = http.server.HTTPServer(("127.0.0.1", 0), Comments)
(folder / "port.new").write_text(str(server.server_port))
(folder / "port.new").rename(folder / "port")
server.serve_forever()
