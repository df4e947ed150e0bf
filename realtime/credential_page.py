"""The page of a credential, for people: plain HTML that needs no script."""

from collections.abc import Sequence
from html import escape

from realtime.credentials import Found

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }
article { border: 1px solid #8886; border-radius: 14px; padding: 1.5rem 2rem; }
h1 { margin: .2rem 0 .6rem; font-size: 2rem; }
.state { display: inline-block; padding: .15rem .8rem; border-radius: 99px; font-weight: 600; color: #fff; }
.valid { background: #17703f; } .revoked, .gone { background: #a3271f; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .4rem 1.2rem; margin: 1.2rem 0; }
dt { opacity: .75; } dd { margin: 0; overflow-wrap: anywhere; }
small { opacity: .75; }
"""
SAYS = {
    "valid": "Valid",
    "revoked": "Revoked",
}


def page(found: Found, issuer: str, did: str, proven: bool, json_url: str) -> str:
    """A credential that may be seen."""
    of = found.credential
    standing = "valid" if found.state == "valid" and proven else "revoked"
    rows = [
        ("Issued by", f"{escape(issuer)} <small>({escape(did)})</small>"),
        ("Issued on", f"{of.at:%d %B %Y}" if of.at else ""),
        ("For", escape(found.document.criteria)),
        ("Signature", "holds" if proven else "does not hold"),
    ]
    if found.name:
        rows.insert(0, ("Held by", escape(found.name)))
    if of.revoked:
        rows.append(("Revoked because", escape({"mistake": "it was a mistake"}.get(of.why, of.why))))
    evidence = [
        f"<li>{escape(p.name)}: {escape(p.narrative)} {_link(p.url)}</li>" for p in found.document.evidence
    ]
    return _page(
        escape(of.title),
        [
            f'<article data-testid="credential" data-state="{standing}">',
            f'<span class="state {standing}" data-testid="state">{SAYS[standing]}</span>',
            f"<h1>{escape(of.title)}</h1>",
            "<dl>" + "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows) + "</dl>",
            f"<h2>Evidence</h2><ul>{''.join(evidence)}</ul>" if evidence else "",
            f"<p><small>Check it yourself: {_link(json_url, 'the signed document')}. Names and evidence are"
            " shown only where the holder shares them.</small></p></article>",
        ],
    )


def gone(says: str) -> str:
    """What is shown of a credential that cannot be seen."""
    return _page(
        "Credential",
        [
            '<article data-testid="credential" data-state="gone">',
            '<span class="state gone">Not available</span>',
            f"<h1>Credential</h1><p>{escape(says)}</p></article>",
        ],
    )


def _link(url: str, words: str = "proof") -> str:
    return f'<a href="{escape(url, quote=True)}">{escape(words)}</a>'


def _page(title: str, parts: Sequence[str]) -> str:
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex"><meta name="referrer" content="no-referrer">'
        f"<title>{title} · Lyceum</title><style>{STYLE}</style></head><body><main>"
    )
    return head + "".join(parts) + "</main></body></html>"
