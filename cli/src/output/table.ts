/** A column of a table: its head and the cell for a row. */
export interface Column<T> {
  readonly head: string;
  readonly cell: (row: T) => string;
  /** Only with `-o wide`. */
  readonly wide?: boolean;
  /** An SGR colour for the cell, e.g. 32 for green; none by default. */
  readonly colour?: (row: T) => number | undefined;
}

/** Rows as kubectl prints them: three spaces between columns, no borders, `<none>` for nothing. */
export function formatTable<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  { colour = false }: { readonly colour?: boolean } = {},
): string {
  const cells = rows.map((row) => columns.map((column) => column.cell(row) || '<none>'));
  const heads = columns.map((column) => column.head);
  const widths = heads.map((head, index) => Math.max(head.length, ...cells.map((row) => row[index]?.length ?? 0)));
  const line = (texts: readonly string[], paint: (text: string, index: number) => string) =>
    texts
      .map((text, index) => {
        const padding = index === texts.length - 1 ? '' : ' '.repeat((widths[index] ?? 0) - text.length + 3);
        return paint(text, index) + padding;
      })
      .join('');
  const body = rows.map((row, at) =>
    line(cells[at] ?? [], (text, index) => {
      const code = colour ? columns[index]?.colour?.(row) : undefined;
      return code === undefined ? text : `\x1b[${code}m${text}\x1b[0m`;
    }),
  );
  return `${[line(heads, (text) => text), ...body].join('\n')}\n`;
}
