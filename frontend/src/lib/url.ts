/** The search part of an address with some parameters changed; null takes one away. */
export function withParameters(
  search: URLSearchParams,
  changes: Record<string, string | null>,
): URLSearchParams {
  const changed = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) changed.delete(name);
    else changed.set(name, value);
  }
  return changed;
}

export function scenarioPath(name: string, tab = ''): string {
  return `/scenarios/${encodeURIComponent(name)}${tab && `/${tab}`}`;
}
