/** The first record of a CSV's beginning; null if it does not end within `text`. */
export function headerOf(text: string, isWhole: boolean): string[] | null {
  const source = text.replace(/^\uFEFF/, '').replace(/^(?:\r?\n)+/, '');
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < source.length; at += 1) {
    const sign = source[at];
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (source[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (sign === '"' && cell === '') quoted = true;
    else if (sign === ',') {
      cells.push(cell);
      cell = '';
    } else if (sign === '\n' || (sign === '\r' && source[at + 1] === '\n')) {
      return [...cells, cell];
    } else cell += sign;
  }
  return isWhole && source ? [...cells, cell] : null;
}

const DELIMITERS: Record<string, string> = { ';': 'semicolons', '\t': 'tabs', '|': '|' };

/** What a header of one field is divided by instead of commas, in words; null if by nothing. */
export function otherDelimiter(header: string[]): string | null {
  const [only = ''] = header;
  if (header.length !== 1) return null;
  const sign = Object.keys(DELIMITERS).find((each) => only.includes(each));
  return sign ? (DELIMITERS[sign] ?? null) : null;
}
