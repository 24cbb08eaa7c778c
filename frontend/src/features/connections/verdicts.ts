import type { CheckedFact, ConnectionCheck } from '@/api/fabric';

import { TEXT } from './text';

/** What is not right comes first; the order is kept otherwise. */
export function needsCare(facts: readonly CheckedFact[]): CheckedFact[] {
  return facts.filter(({ mark }) => mark === 'failed' || mark === 'warning');
}

/** What stands in a row of the list: the capacity, and whatever else is not right. */
export function notable(facts: readonly CheckedFact[]): CheckedFact[] {
  const careful = needsCare(facts);
  return facts.filter((each) => each.fact === 'capacity' || careful.includes(each));
}

/** The verdict of a check in one sentence. */
export function verdict({ usable, workspace_name: name, facts }: ConnectionCheck): string {
  if (!usable) return TEXT.notUsable;
  return (needsCare(facts).length ? TEXT.usableWithCare : TEXT.usable)(name ?? '');
}
