"""The data folder (ANYUAN_HOME): database files, uploaded files, generated secrets."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from anyuan.config import env


def home() -> Path:
    """The data folder, made on first use; only its owner may look inside the secrets."""
    folder = Path(env.text("ANYUAN_HOME") or ".anyuan").expanduser().resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise env.BadSetting(
            f"数据文件夹 {folder} 无法建立：{error.strerror}。请检查磁盘和权限。"
        ) from error
    return folder


def secret(name: str) -> str:
    """A secret of this installation: from the environment, else made once and kept in the folder.

    Keys are kept beside the database, never in it: who has a copy of the database cannot read the
    encrypted fields.
    """
    from_env = env.text(f"ANYUAN_{name.upper()}")
    if from_env:
        return from_env
    path = home() / "secrets.json"
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    if name not in kept:
        kept[name] = secrets.token_urlsafe(48)
        part = path.with_suffix(f".{os.getpid()}.part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(kept, out)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    return kept[name]
