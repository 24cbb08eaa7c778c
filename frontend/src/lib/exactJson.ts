/** JSON whose integers beyond 2^53 keep every digit: they become `bigint`. */

const LONG = /\d{16}/;
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const INTEGER = /^-?\d+$/;
const MARK = '\u0000integer:';
const MARKED = /"\\u0000integer:(-?\d+)"/g;

export function parseExact(text: string): unknown {
  if (!LONG.test(text)) return JSON.parse(text);
  // the mark is escaped in JSON, so that no text in a document can look like one by chance
  const marked = text.replace(STRING_OR_NUMBER, (found) =>
    isUnsafe(found) ? `"\\u0000integer:${found}"` : found,
  );
  return JSON.parse(marked, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : value,
  );
}

function isUnsafe(found: string): boolean {
  return INTEGER.test(found) && !Number.isSafeInteger(Number(found));
}

/** The same document again, indented, with every digit. */
export function stringifyExact(value: unknown): string {
  const text = JSON.stringify(
    value,
    (_, each: unknown) => (typeof each === 'bigint' ? `${MARK}${each}` : each),
    2,
  );
  return text.replace(MARKED, '$1');
}
