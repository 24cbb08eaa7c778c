import type { PartRecord } from '@/api/scenarios';
import { backendName } from '@/lib/backends';
import { partWords } from '@/lib/counts';
import { formatNumber } from '@/lib/format';
import { portalPlace } from '@/lib/portal';
import { SLOTS } from '@/lib/slots';
import { LinkList } from '@/ui/LinkList';
import { Table } from '@/ui/Table';
import { Time } from '@/ui/Time';

import { Panel } from './Panel';
import { SLOT_NAMES, TEXT } from './text';

const COLUMNS = [TEXT.part, TEXT.contents, TEXT.when, TEXT.warnings, TEXT.where];

export function Parts({ parts }: { parts: Record<string, PartRecord> }) {
  const rows = SLOTS.map((slot) => {
    const part = parts[slot];
    const name = SLOT_NAMES[slot];
    return { key: slot, cells: part ? [name, ...cellsOf(slot, part)] : [name, TEXT.notLoaded] };
  });
  const padded = rows.map(({ key, cells }) => ({
    key,
    cells: COLUMNS.map((_, index) => cells[index] ?? ''),
  }));
  return (
    <Panel title={TEXT.parts}>
      <Table label={TEXT.parts} columns={COLUMNS} rows={padded} />
    </Panel>
  );
}

/** Where the data is; in Fabric with its pages in the portal. */
function Where({ part }: { part: PartRecord }) {
  const place = portalPlace(part.store);
  if (!place) return String(part.store['location'] ?? backendName(part.backend));
  return (
    <>
      {place.location || backendName(part.backend)}
      {place.links.length > 0 && <LinkList label={TEXT.inPortal} links={place.links} />}
    </>
  );
}

function cellsOf(slot: string, part: PartRecord) {
  return [
    partWords(slot, part.counts),
    <Time key="when" iso={part.loaded_at} />,
    part.warnings_count ? formatNumber(part.warnings_count) : TEXT.noWarnings,
    <Where key="where" part={part} />,
  ];
}
