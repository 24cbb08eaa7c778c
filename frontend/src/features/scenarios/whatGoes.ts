import type { ScenarioSummary } from '@/api/scenarios';
import { backendName, FABRIC } from '@/lib/backends';
import { partWords } from '@/lib/counts';

import { TEXT } from './text';

/** In sentences, what deleting a scenario deletes and what stays. */
export function whatGoes({ parts }: ScenarioSummary): string[] {
  const all = Object.entries(parts);
  const going = all.filter(([, part]) => part.backend !== FABRIC);
  if (all.length === 0) return [TEXT.deletesRecord];
  const what = going.map(([slot, part]) => partWords(slot, part.counts));
  const where = [...new Set(going.map(([, part]) => storeName(part.backend)))];
  return [
    ...(going.length ? [TEXT.deletes(inOneList(what), inOneList(where))] : []),
    ...(going.length < all.length ? [TEXT.stays] : []),
  ];
}

function storeName(backend: string): string {
  return backend === 'embedded' ? 'the embedded store' : backendName(backend);
}

function inOneList(items: string[]): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}
