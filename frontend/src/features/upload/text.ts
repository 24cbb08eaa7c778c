/** All words of the dialog. */

import { formatBytes, formatCount, formatNumber } from '@/lib/format';
import type { Slot } from '@/lib/slots';

/** What is said of an archive. */
export const PEEK = {
  empty: 'The file is empty.',
  notTar: 'This is gzip, but not a tar archive inside; pack the folder with tar czf.',
  changed: 'The file can’t be read: it was changed, moved or deleted after it was chosen.',
  noWorker: 'This page could not load what reads it. Reload the page, then choose it again.',
  incomplete:
    'Only its beginning could be read here: it is damaged, cut off or unusual. The server judges it.',
  twice: 'The archive holds this file twice.',
  twoScenarios: 'More than one scenario in one archive.',
  notGzip: (what: string | null) =>
    `This is ${what ? `${what}, not` : 'not'} gzip; pack the folder with tar czf, or drop the folder itself.`,
  brokenYaml: (why: string) => `Broken YAML: ${why}`,
};

export const JUDGE = {
  missing: (file: string) => `${file} is missing.`,
  missingWithTwin: (twin: string) =>
    `The file is missing; “${twin}” differs in upper and lower case.`,
  irregular: {
    link: 'This is a link, and links are not taken; pack the folder with tar czhf.',
    other: 'This is a sparse file, device or pipe; only regular files are taken.',
  },
  csvMissing: 'The file is missing; the schema names it.',
  tableMissing: 'The file is missing; the manifest names it.',
  column: (column: string) => `There is no column “${column}”.`,
  idColumn: (column: string) => `The id column “${column}” is missing.`,
  delimiter: (sign: string) => `Its columns are divided by ${sign}; commas are needed.`,
  noneInside: (suffix: string) => `No ${suffix} file inside.`,
  noTables: 'The manifest names no telemetry tables.',
  tablesOnly: 'Only tables inside: this backend needs scenario.yaml and graph_schema.yaml too.',
  graphTables: (vertices: number, edges: number) =>
    `${formatNumber(vertices)} + ${formatNumber(edges)} tables`,
  tables: (count: number) => formatCount(count, 'table'),
  documents: (count: number, suffix: string) => formatCount(count, `${suffix} file`),
};

const SLOT_NAMES: Record<Slot, string> = {
  graph: 'Graph',
  telemetry: 'Telemetry',
  runbooks: 'Runbooks',
  tickets: 'Tickets',
  prompts: 'Prompts',
};

const BACKEND_NAMES: Record<string, string> = {
  embedded: 'Embedded',
  'cosmosdb-gremlin': 'Cosmos DB for Gremlin',
  'fabric-gql': 'Microsoft Fabric',
};

export const backendName = (id: string) => BACKEND_NAMES[id] ?? id;
export const slotName = (slot: Slot) => SLOT_NAMES[slot];

const listed = new Intl.ListFormat('en');
const inList = (slots: Slot[]) =>
  listed.format(slots.map((slot) => SLOT_NAMES[slot].toLowerCase()));

export const TEXT = {
  title: 'Add scenario',
  close: 'Close',
  drop: 'Drop tarballs or a scenario folder',
  chooseFiles: 'Choose files',
  chooseFolder: 'Choose folder',
  choose: 'Choose',
  chooseFor: (slot: string) => `Choose a file for ${slot}`,
  remove: (file: string, slot: string) => `Remove ${file} from ${slot}`,
  move: 'Put in…',
  moveFile: (file: string) => `Put in… another slot: ${file}`,
  noFile: 'not in this upload',
  reading: 'reading…',
  readingFile: (name: string) => `Reading ${name}…`,
  parts: 'Parts',
  looksRight: 'No problem found',
  isDoubtful: 'May not load',
  isBad: 'Can’t be taken',
  showAll: 'Show all',
  showFewer: 'Show fewer',
  more: (count: number) => `${formatNumber(count)} more`,
  copy: 'Copy',
  copied: 'Copied',

  replaced: (file: string, before: string, slot: Slot) =>
    `${file} replaces ${before} in ${SLOT_NAMES[slot]}.`,
  undo: 'Undo',
  undoFile: (file: string) => `Undo: take ${file} back`,
  dismiss: 'Dismiss',
  notTaken: (file: string, why: string) => `Not taken: ${file}. ${why}`,
  noSlot: 'Nothing in it tells which part it is.',
  noScenario: 'There is no scenario.yaml in this folder.',
  otherFiles: (folder: string, count: number) => `${formatCount(count, 'file')} in ${folder}`,
  noScenarioBeside: 'There is no scenario.yaml beside them.',
  droppedFolder: 'the folder',
  nothingPacked: 'It holds nothing for any part.',
  taken: (files: number) => `${formatCount(files, 'file')} taken.`,

  whichOne: 'Which one now?',
  belong: (groups: { scenario: string; count: number }[]) =>
    `These files belong to ${groups.length === 2 ? 'two' : formatNumber(groups.length)} scenarios: ${listed.format(groups.map(groupWords))}.`,
  takeAll: 'All as one',
  waits: (group: { scenario: string; count: number }) =>
    `${groupWords(group)} ${group.count === 1 ? 'is' : 'are'} kept for the next upload.`,
  takeKept: (scenario: string) => `Take ${scenario}`,
  forget: 'Forget',

  name: 'Name',
  nameIsNew: 'new',
  nameExists: 'exists: will be replaced',
  nameWas: (was: string) => `was ${was}`,
  nameInFiles: (written: string) => `the files call it ${written}`,
  backend: 'Load into',
  backendsLoading: 'Asking where it can be loaded…',
  backendsFailed: 'Where it can be loaded is not known',
  unavailable: 'not available',

  summary: (parts: number, bytes: number) =>
    `${formatNumber(parts)} of 5 parts, ${formatBytes(bytes)}`,
  workspace: (name: string) => `workspace “${name}”`,
  noWorkspace: 'No workspace connected',
  change: 'Change',
  changeWorkspace: 'Change workspace',
  connect: 'Connect',
  connectWorkspace: 'Connect a workspace',
  workspaces: 'Workspaces of Microsoft Fabric',
  backToUpload: 'Back to the upload',
  graphForFabric: 'Graph Data (Fabric)',
  cancel: 'Cancel',
  save: 'Save Scenario',
  blocked: {
    reading: 'Still reading the files.',
    question: 'Say which scenario first.',
    empty: 'Add at least one file.',
    fault: (slot: Slot) => `The file in ${SLOT_NAMES[slot]} can’t be sent.`,
    backend: 'Choose where to load it.',
    workspace: 'Connect a workspace of Microsoft Fabric first.',
  },

  replaces: (name: string, when: string, counts: string) =>
    `Replaces ${name}${when && `, loaded ${when}`}${counts && ` (${counts})`}.`,
  oldStays: 'The old data stays until the new is complete.',
  oldStaysFabric: 'Its tables are replaced one by one.',
  partsStay: (slots: Slot[]) =>
    `Not in this upload and kept as ${slots.length === 1 ? 'it is' : 'they are'}: ${inList(slots)}.`,
  back: 'Back',
  replace: 'Replace',

  sending: (percent: number, sent: number, total: number) =>
    `${percent} %, ${megabytes(sent)} of ${megabytes(total)} MB`,
  speed: (bytesPerSecond: number) => `${megabytes(bytesPerSecond)} MB/s`,
  left: (seconds: number) => `${formatNumber(seconds)} s left`,
  storing: 'Sent. The server is storing it safely…',
  progress: 'Upload',
  stopQuestion: 'The upload is not complete. Stop it?',
  keepSending: 'Keep uploading',
  stop: 'Stop',
  stopped: 'Upload cancelled. Nothing was stored.',

  lost: (percent: number) => `Connection lost at ${percent} %. Nothing was stored.`,
  lostAtEnd:
    'Connection lost while the server was storing it. Trying again makes no second job if it did.',
  tryAgain: 'Try again',
  changed: (file: string) =>
    `${file} was changed, moved or deleted after it was chosen. Nothing was stored. Choose it again.`,
  notSaved: 'Not saved',
  request: (id: string) => `Request ${id}`,
  openJob: 'Show that job',

  saved: (name: string) =>
    `Upload complete. ${name} is loading in the background; you can close this page.`,
};

function groupWords({ scenario, count }: { scenario: string; count: number }): string {
  return `${scenario || 'without a name'} (${formatCount(count, 'file')})`;
}

const tenths = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

/** `0.9`, `42`: one digit after the point as long as it tells something. */
function megabytes(bytes: number): string {
  const value = bytes / 1_000_000;
  return value < 10 ? tenths.format(value) : formatNumber(Math.round(value));
}
