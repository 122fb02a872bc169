"""Which drawings may stand in a line of text? Each on a 16 by 16 grid, stroked in the current colour."""

from typing import Final

# Words of a status (section 3 of docs/design.md): the shape carries the meaning without colour.
SHAPES: Final[dict[str, str]] = {
    "circle": '<circle cx="8" cy="8" r="5.5"/>',
    "circle-half": '<circle cx="8" cy="8" r="5.5"/><path class="solid" d="M8 2.5a5.5 5.5 0 0 1 0 11z"/>',
    "circle-full": '<circle class="solid" cx="8" cy="8" r="5.5"/>',
    "circle-dashed": '<circle cx="8" cy="8" r="5.5" stroke-dasharray="4.3 2.6" stroke-dashoffset="1"/>',
    "tick": '<path d="m3 8.5 3.2 3.3L13 4.8"/>',
    "turn": '<path d="M13 8a5 5 0 1 1-1.6-3.7L13 5.8"/><path d="M13 2.6v3.2H9.8"/>',
    "triangle": '<path d="M8 2.4 14.3 13.4H1.7z"/><path d="M8 6.8v2.6m0 1.9v.01"/>',
    "bars": '<path d="M5.5 3.5v9m5-9v9"/>',
    "zigzag": '<path d="m1.8 12.4 4-7.2 4 5.6L14.2 3.6"/>',
    "diamond": '<path d="M8 2.2 13.8 8 8 13.8 2.2 8z"/>',
    "clock": '<circle cx="8" cy="8" r="5.5"/><path d="M8 4.9V8l2.2 1.4"/>',
    "eye": '<path d="M1.5 8S3.9 3.9 8 3.9 14.5 8 14.5 8 12.1 12.1 8 12.1 1.5 8 1.5 8z"/>'
    '<circle cx="8" cy="8" r="1.9"/>',
}

ICONS: Final[dict[str, str]] = {
    **SHAPES,
    "list": '<path d="M2 4h12M2 8h12M2 12h7.5"/>',
    "people": '<circle cx="6" cy="5.2" r="2.7"/><path d="M1.2 13.4c.3-2.6 2.2-4 4.8-4s4.5 1.4 4.8 4"/>'
    '<path d="M10.8 2.9a2.5 2.5 0 0 1 0 4.7m1.6 2.3c1.4.6 2.2 1.8 2.4 3.5"/>',
    "document": '<path d="M3.5 1.8h5.7l3.3 3.3v9.1h-9z"/><path d="M9 1.8v3.4h3.5M6 8.4h4M6 11h4"/>',
    "card": '<rect x="1.5" y="3.2" width="13" height="9.6" rx="1.4"/><path d="M1.5 6.6h13"/>',
    "steps": '<path d="M1 12.6h4.2V9.2h3.6V5.4h3.4V3.6H15"/>',
    "building": '<path d="M2.6 13.8V4.2l5.2-2v11.6M7.8 6.8h5.6v7M1.2 13.8h13.6"/>'
    '<path d="M5.2 6.2v.1m0 2.5v.1m0 2.5v.1"/>',
    "speech": '<path d="M2 2.8h12v8.4H7.2L4.4 13.6v-2.4H2z"/>',
    "chart": '<path d="M2 2v12h12.4M5.4 11V8.6M8.2 11V5.6M11 11V7.2"/>',
    "gear": '<circle cx="8" cy="8" r="2.2"/><path d="M8 1.6v2.2m0 8.4v2.2M1.6 8h2.2m8.4 0h2.2'
    'M3.5 3.5 5 5m6 6 1.5 1.5m0-9L11 5m-6 6-1.5 1.5"/>',
    "search": '<circle cx="7" cy="7" r="4.6"/><path d="m10.5 10.5 3.7 3.7"/>',
    "cross": '<path d="m3.5 3.5 9 9m0-9-9 9"/>',
    "plus": '<path d="M8 2.8v10.4M2.8 8h10.4"/>',
    "download": '<path d="M8 2v8M4.6 6.8 8 10.2l3.4-3.4M2.4 13.6h11.2"/>',
    "upload": '<path d="M8 10.4V2.6M4.6 5.8 8 2.4l3.4 3.4M2.4 13.6h11.2"/>',
    "phone": '<path d="M5.4 2.2 3 3c-.8.3-1 1-.8 1.8 1 4.2 4.4 7.8 8.8 9 .8.2 1.6-.1 1.9-.9l.7-2.2-3.2-1.8'
    '-1.7 1.4C7.2 9.5 6.3 8.5 5.7 7l1.4-1.7z"/>',
    "yen": '<path d="M3.8 2.4 8 7.8l4.2-5.4M8 7.8v6M4.6 8.4h6.8M4.6 11.2h6.8"/>',
    "flag": '<path d="M3.2 14.4V2.2h9.6l-2.4 3.4 2.4 3.4H3.2"/>',
    "trash": '<path d="M2.4 4.2h11.2M6 4.2V2.2h4v2M3.9 4.2l.6 9.6h7l.6-9.6"/>',
    "swap": '<path d="M2 5.4h11.6M10.6 2.6l3 2.8-3 2.8M14 10.8H2.4m3-2.8-3 2.8 3 2.8"/>',
    "mail": '<rect x="1.6" y="3.2" width="12.8" height="9.6" rx="1"/><path d="m1.9 4 6.1 5 6.1-5"/>',
    "copy": '<rect x="5.2" y="5.2" width="8.6" height="8.6" rx="1.4"/><path d="M10.8 2.6H3.8a1.2 '
    '1.2 0 0 0-1.2 1.2v7"/>',
    "chevron-down": '<path d="m3.6 6 4.4 4.4L12.4 6"/>',
    "chevron-right": '<path d="M6 3.6 10.4 8 6 12.4"/>',
    "chevron-left": '<path d="M10 3.6 5.6 8l4.4 4.4"/>',
    "menu": '<path d="M2 4h12M2 8h12M2 12h8"/>',
    "enter": '<path d="M13.4 4v4.2H3m3.2-3.2L3 8.2l3.2 3.2"/>',
    "undo": '<path d="M3 6.4h6.6a3.7 3.7 0 0 1 0 7.4H6M5.8 3.4 2.8 6.4l3 3"/>',
    "clip": '<path d="m13.4 7.2-5.8 5.8a3.2 3.2 0 0 1-4.6-4.6l6-6a2.2 2.2 0 0 1 3.1 3.1l-5.9 '
    '5.9a1.1 1.1 0 0 1-1.6-1.6l5.2-5.2"/>',
    "lock": '<rect x="3" y="7" width="10" height="7" rx="1.2"/><path d="M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2"/>',
    "note": '<path d="m10.8 2.4 2.8 2.8-7.8 7.8-3.6.8.8-3.6z"/><path d="m9 4.2 2.8 2.8"/>',
    "globe": '<circle cx="8" cy="8" r="6"/><path d="M2 8h12M8 2c2 1.9 2.7 3.9 2.7 6S10 12.1 8 14c-2-1.9-2.7-'
    '3.9-2.7-6S6 3.9 8 2z"/>',
    "sun": '<circle cx="8" cy="8" r="2.8"/><path d="M8 1.6v1.2m0 10.4v1.2M1.6 8h1.2m10.4 0h1.2M3.5 '
    '3.5l.9.9m7.2 7.2.9.9m0-9-.9.9m-7.2 7.2-.9.9"/>',
    "moon": '<path d="M13.4 9.6A5.8 5.8 0 0 1 6.4 2.6a5.8 5.8 0 1 0 7 7z"/>',
    "hold": '<path d="M4.6 7.6V4.2a1.1 1.1 0 0 1 2.2 0V7m0-3.6a1.1 1.1 0 0 1 2.2 0V7m0-2.6a1.1 '
    '1.1 0 0 1 2.2 0v5.2c0 2.6-1.6 4.6-4.2 4.6-2 0-3-1-3.8-2.6L1.8 8.6c.8-.9 2-.7 2.8.6z"/>',
    "person": '<circle cx="8" cy="5.2" r="2.8"/><path d="M2.6 14c.4-3 2.5-4.6 5.4-4.6s5 1.6 5.4 4.6"/>',
    "calendar": '<rect x="2" y="3.2" width="12" height="10.6" rx="1.2"/><path d="M2 6.8h12M5.2 1.6v3m5.6-3v3"/>',
    "external": '<path d="M6.4 3H3v10h10V9.6M9.2 2.6h4.2v4.2M13.2 2.8 7.6 8.4"/>',
    "print": '<path d="M4.4 6V2.2h7.2V6M4.4 11.6H2V6h12v5.6h-2.4"/><path d="M4.4 9.2h7.2v4.6H4.4z"/>',
    "info": '<circle cx="8" cy="8" r="6"/><path d="M8 7.2v4m0-6.4v.1"/>',
    "filter": '<path d="M2 4h12M4.4 8h7.2M6.6 12h2.8"/>',
}
