"""XML out, in the form that `markup` reads.

<records title="业主" date="2026-11-21"><columns><column name="owner" zh="业主" en="Owner"/></columns>
<record><owner>张三(60%)、李四(40%)</owner></record></records>
"""

from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from business.exchange.table import Table, Written, text_of
from business.exchange.text import writable


def write_xml(target: BinaryIO, table: Table) -> Written:
    """UTF-8; well-formed whatever the texts hold."""
    title, dropped = writable(table.title)
    target.write(b'<?xml version="1.0" encoding="UTF-8"?>\n')
    target.write(
        f"<records title={quoteattr(title)} date={quoteattr(table.day.isoformat())}>\n<columns>".encode()
    )
    for column in table.columns:
        zh, en = (quoteattr(writable(text)[0]) for text in (column.label.zh, column.label.en))
        target.write(f'<column name="{column.name}" zh={zh} en={en}/>'.encode())
    target.write(b"</columns>\n")
    shows = [(column.name, text_of(column, table.language)) for column in table.columns]
    count = 0
    for row in table.rows:
        count += 1
        cells = []
        for name, show in shows:
            text, gone = writable(show(row.get(name)))
            dropped += gone
            cells.append(f"<{name}>{escape(text)}</{name}>")
        target.write(f"<record>{''.join(cells)}</record>\n".encode())
    target.write(b"</records>\n")
    return Written(count, dropped)
