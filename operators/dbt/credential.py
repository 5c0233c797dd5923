"""What git asks for a name and a token (`credential.helper`): answered for the one host that the secret is for."""

import os
import pathlib
import sys

asked = dict(line.rstrip("\n").split("=", 1) for line in sys.stdin if "=" in line)
if sys.argv[1:] == ["get"] and asked.get("host") == os.environ["SLUICE_GIT_HOST"]:
    secret = pathlib.Path(os.environ["SLUICE_GIT_SECRET"]).read_text().rstrip("\r\n")
    # GitHub and GitLab take any name beside a token.
    name, token = secret.split(":", 1) if ":" in secret else ("x-access-token", secret)
    print(f"username={name}\npassword={token}")
