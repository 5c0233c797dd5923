"""Brings a dbt project here: from a git address, an archive at one, or one that was uploaded."""

import base64
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tarfile
import urllib.error
import urllib.request
import zipfile

from stage import IN, Refused, secret_of

ARCHIVE_BYTES = 256 * 1024**2
UNPACKED_BYTES = 1024**3
ENTRIES = 50_000
SECONDS = 300
NAME = "dbt_project.yml"


def fetch(context, work, proxy):
    """The folder with dbt_project.yml."""
    params = context["params"]
    root = work / "fetched"
    root.mkdir()
    if params["from"] == "upload":
        _from_upload(context, root)
        return _project_in(root, params.get("folder"), "file")
    url = params["url"].strip()
    parts = urllib.request.urlparse(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise Refused(f"{url[:200]} is no address that is asked. Begin with https://.", "url")
    if parts.username or parts.password:
        raise Refused("Leave name and password out of the address, and name a secret instead.", "url")
    if params["from"] == "git":
        _from_git(context, url, root, proxy, work)
    else:
        _from_archive(context, url, root, proxy, work)
    return _project_in(root, params.get("folder"), "url")


def git_environment(work, proxy, scheme="https"):
    """Nothing of this machine's own settings, one way out, and no other protocol."""
    return {
        **{key: os.environ[key] for key in ("PATH", "LANG", "SSL_CERT_FILE") if key in os.environ},
        "HOME": str(work),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "https" if scheme == "https" else "https:http",
        "GIT_HTTP_LOW_SPEED_LIMIT": "1",
        "GIT_HTTP_LOW_SPEED_TIME": "60",
        "http_proxy": proxy.url,
        "https_proxy": proxy.url,
        "HTTP_PROXY": proxy.url,
        "HTTPS_PROXY": proxy.url,
    }


def _from_git(context, url, root, proxy, work):
    parts = urllib.request.urlparse(url)
    ref = (context["params"].get("ref") or "").strip() or "HEAD"
    env = git_environment(work, proxy, parts.scheme)
    # Links would lead out of the folder; as text files they do not.
    settings = ["core.symlinks=false", "core.hooksPath=/dev/null", "credential.helper=", "advice.detachedHead=false"]
    if "access" in context["secrets"]:
        program = shlex.join([sys.executable, str(pathlib.Path(__file__).with_name("credential.py"))])
        settings.append(f"credential.helper=!{program}")
        env |= {"SLUICE_GIT_SECRET": context["secrets"]["access"], "SLUICE_GIT_HOST": parts.netloc}
    options = [word for one in settings for word in ("-c", one)]

    def git(*args):
        return subprocess.run(
            ["git", *options, *args], cwd=root, env=env, capture_output=True, text=True, timeout=SECONDS
        )

    try:
        git("init", "-q")
        fetched = git("fetch", "-q", "--depth", "1", "--no-tags", url, ref)
        if fetched.returncode != 0:
            raise _not_fetched(url, ref, fetched.stderr, proxy)
        taken = git("checkout", "-q", "FETCH_HEAD")
        if taken.returncode != 0:
            raise Refused(f"{url} cannot be checked out: {_last(taken.stderr)}", "url")
        commit = git("rev-parse", "HEAD").stdout.strip()
    except FileNotFoundError:
        raise Refused("git is not installed here. Install it, or let stages run in containers, whose image has it.")
    except subprocess.TimeoutExpired:
        raise Refused(f"{url} has not answered with the whole project within {SECONDS // 60} minutes.", "url")
    print(f"Fetched {url} at {'its usual branch' if ref == 'HEAD' else ref}: {commit}")


def _last(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return re.sub(r"^(fatal|error): ", "", lines[-1]) if lines else "git does not say why."


def _not_fetched(url, ref, said, proxy):
    if proxy.refusals:
        return Refused(proxy.refusals[-1], "url")
    if "find remote ref" in said or "not our ref" in said:
        wanted = "usual branch" if ref == "HEAD" else f'branch, tag or commit "{ref}"'
        hint = "Write a commit with all its 40 characters." if re.fullmatch(r"[0-9a-f]{4,39}", ref) else None
        return Refused(f"{url} has no {wanted}.", "ref", hint)
    if re.search(r"could not read Username|Authentication failed|error: 40[134]|not found|Invalid username", said, re.I):
        return Refused(
            f"There is no repository at {url}, or it is not open to whoever asks.",
            "url",
            "Look at the address. Of a private one name a secret with a token that may read it.",
        )
    return Refused(f"{url} cannot be fetched: {_last(said)}", "url")


class _Redirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req, fp, code, msg, headers, newurl):
        if req.full_url.startswith("https:") and not newurl.startswith("https:"):
            raise Refused(f"{req.host} sends on from https to an address that anybody could read along.", "url")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _from_archive(context, url, root, proxy, work):
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({"http": proxy.url, "https": proxy.url}), _Redirects()
    )
    request = urllib.request.Request(url, headers={"user-agent": "Sluice"})
    access = secret_of(context, "access")
    if access:
        basic = base64.b64encode(access.encode()).decode()
        # To the first address alone.
        request.add_unredirected_header("Authorization", f"Basic {basic}" if ":" in access else f"Bearer {access}")
    file = work / "archive"
    try:
        with opener.open(request, timeout=60) as answer, file.open("wb") as target:
            size = 0
            while data := answer.read(1 << 20):
                size += len(data)
                if size > ARCHIVE_BYTES:
                    raise Refused(f"The archive is over {ARCHIVE_BYTES // 1024**2} MiB, the most that one may have.", "url")
                target.write(data)
    except urllib.error.HTTPError as error:
        if proxy.refusals:
            raise Refused(proxy.refusals[-1], "url") from None
        hint = "Name a secret to sign in with." if error.code in (401, 403) else None
        raise Refused(f"{url} answered {error.code}.", "url", hint) from None
    except OSError as error:
        said = proxy.refusals[-1] if proxy.refusals else f"{url} cannot be asked: {error}"
        raise Refused(said, "url") from None
    unpack(file, root, "url", "What is at the address")
    print(f"Fetched {url}: {size} bytes")


def _from_upload(context, root):
    given = (context.get("files") or {}).get("file")
    if not given:
        raise Refused("Choose an archive.", "file")
    if given["bytes"] > ARCHIVE_BYTES:
        raise Refused(f"The archive is over {ARCHIVE_BYTES // 1024**2} MiB, the most that one may have.", "file")
    unpack(IN / given["path"], root, "file", f"The file {given['name']}")
    print(f"Unpacked {given['name']}: {given['bytes']} bytes")


def unpack(file, root, field, called):
    """Folders and plain files below `root`, and nothing else. `field` and `called` are for what is said of a wrong one."""
    try:
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                _take((_Zipped(archive, one) for one in archive.infolist()), root, field)
        else:
            with tarfile.open(file, "r:*") as archive:
                _take((_Tarred(archive, one) for one in archive), root, field)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError) as error:
        raise Refused(f"{called} is no zip or tar.gz that can be read: {error}", field) from None


class _Zipped:
    def __init__(self, archive, one):
        kind = (one.external_attr >> 16) & 0o170000
        self.name, self.size, self.folder = one.filename, one.file_size, one.is_dir()
        self.plain = kind in (0, 0o100000)
        self.open = lambda: archive.open(one)


class _Tarred:
    def __init__(self, archive, one):
        self.name, self.size, self.folder, self.plain = one.name, one.size, one.isdir(), one.isreg()
        self.open = lambda: archive.extractfile(one)


def _take(entries, root, field):
    size = 0
    for count, one in enumerate(entries):
        parts = pathlib.PurePosixPath(one.name).parts
        if one.name.startswith("/") or ".." in parts or "\\" in one.name or "\0" in one.name:
            raise Refused(f"The archive has an entry that leads out of its folder: {one.name[:200]}", field)
        if count >= ENTRIES:
            raise Refused(f"The archive has more than {ENTRIES} entries, which is no dbt project.", field)
        target = root.joinpath(*parts)
        if one.folder:
            target.mkdir(parents=True, exist_ok=True)
        elif not one.plain:
            print(f"Left out, for it is a link: {one.name}")
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            with one.open() as source, target.open("wb") as written:
                while data := source.read(1 << 20):
                    size += len(data)
                    # What an entry says of its own size may be wrong.
                    if size > UNPACKED_BYTES:
                        raise Refused("The archive unpacks to more than 1 GiB, which is no dbt project.", field)
                    written.write(data)


def _project_in(root, folder, field):
    if folder:
        parts = pathlib.PurePosixPath(folder.strip().strip("/")).parts
        places = [root.joinpath(*parts), *(one.joinpath(*parts) for one in _only_folder(root))]
        if ".." in parts:
            raise Refused("A folder lies within the project's own.", "folder")
    else:
        places = [root, *_only_folder(root)]
    for place in places:
        if (place / NAME).is_file():
            return place
    found = sorted(str(one.parent.relative_to(root)) for one in root.rglob(NAME) if "dbt_packages" not in one.parts)
    at = f" It has one in {', '.join(found[:5])}: write that as its folder." if found else ""
    where = f"in the folder {folder}" if folder else "at its top"
    raise Refused(f"There is no {NAME} {where}, so this is no dbt project.{at}", "folder" if folder or found else field)


def _only_folder(root):
    """Archives of a repository hold all of it in one folder, named after the commit."""
    inner = [one for one in root.iterdir() if one.name != ".git"]
    return inner if len(inner) == 1 and inner[0].is_dir() else []
