/** All words of this feature. */
import { formatCount, formatNumber } from '@/lib/format';

import type { BackendId, JobStatus } from './types';

export const BACKENDS: Record<BackendId, string> = {
  embedded: 'Embedded',
  'cosmosdb-gremlin': 'Cosmos DB',
  'fabric-gql': 'Fabric',
};

export const FILTERS: Record<JobStatus, string> = {
  pending: 'Waiting',
  running: 'Loading',
  done: 'Done',
  error: 'Failed',
  cancelled: 'Cancelled',
};

export const text = {
  jobs: 'Jobs',
  jobsOpen: (active: number) => `Jobs, ${active} active`,
  tree: 'Jobs and their steps',
  close: 'Close',
  job: 'Job',
  allJobs: 'All jobs',
  all: 'All',
  state: 'State',
  scenario: 'Scenario',
  scenarioHint: 'Scenario, whole name',
  clearFilters: 'Show all jobs',

  live: 'live',
  reconnecting: 'reconnecting…',
  stopped: (at: string) => `Live updates stopped. Showing the state of ${at}.`,
  reconnect: 'Reconnect',

  none: 'No job yet',
  noneHint: 'Add a scenario: its upload becomes a job, and everything about it is told here.',
  noneLike: 'No job like this',
  noneLikeHint: 'A scenario is found by its whole name.',
  notRead: 'The jobs could not be read',
  problems: 'Problems',
  readingJob: 'Reading the job…',
  notReadJob: 'The job could not be read',
  readingMore: 'Reading older jobs…',
  notReadMore: 'Older jobs could not be read.',
  again: 'Retry',

  history: (count: number, more: boolean) => `History (${formatNumber(count)}${more ? '+' : ''})`,
  historyHint: 'ended more than a week ago',

  gone: 'This job is no longer there',
  goneHint: 'It was deleted, here or in another window.',

  retry: (from: string) => `Retry from ${from}`,
  cancel: 'Cancel',
  cancelling: 'Cancelling…',
  remove: 'Delete',
  details: 'Details',
  open: 'Open',
  openScenario: (name: string) => `Open ${name}`,
  oldData: 'The old data is untouched.',
  bell: 'Tell me when it ends',
  bellSet: 'The browser will tell you when it ends, while this page is open.',
  bellRefused:
    'The browser does not let this page notify you. Allow notifications in its settings for this site.',
  notification: (name: string, word: string) => `${name}: ${word}`,
  scenarioGone: 'scenario no longer there',
  copy: 'Copy details',
  copied: 'Copied',
  notCopied: 'The browser did not allow copying.',

  askCancel: (name: string) => `Stop loading ${name}?`,
  askCancelBody: 'What this job has done so far stays; the part it is loading keeps its old data.',
  yesCancel: 'Stop it',
  noCancel: 'Go on',
  askDelete: (name: string) => `Delete this job of ${name}?`,
  askDeleteBody: 'Its record and its uploaded files go. What it has loaded stays.',
  yesDelete: 'Delete job',
  noDelete: 'Keep it',

  checkOnly: 'check only',
  attempt: (count: number) => `attempt ${count}`,
  waitingFor: (what: string) => `Waiting for ${what}`,
  moreProblems: (count: number) => `${formatCount(count, 'more problem')} in the details`,
  percent: (value: number) => `${value} %`,

  overview: 'Overview',
  timeline: 'Timeline',
  files: 'Files',
  kinds: {
    vertices: ['vertex', 'vertices'],
    edges: ['edge', 'edges'],
    dangling: ['dangling edge', 'dangling edges'],
    tables: ['row', 'rows'],
    documents: ['document', 'documents'],
    prompts: ['prompt', 'prompts'],
  } as Record<string, [one: string, many: string]>,
  results: 'Results',
  warnings: 'Warnings',
  record: 'Record as JSON',
  started: 'Started',
  ended: 'Ended',
  submitted: 'Submitted',
  duration: 'Duration',
  target: 'Loads into',
  attemptLabel: 'Attempt',
  id: 'Id',
  part: 'Part',
  size: 'Size',
  sha: 'SHA-256',
  notYet: 'not yet',
  nothingYet: 'Nothing yet.',
  warningTimes: (count: number) => formatCount(count, 'time'),
  row: (row: number) => `row ${row}`,
  line: (line: number) => `line ${line}`,
  column: (name: string) => `column ${name}`,

  saidDone: (name: string) => `${name} done.`,
  saidWarned: (name: string, count: number) =>
    `${name} done, with ${formatCount(count, 'warning')}.`,
  saidFailed: (name: string, cause: string) => `${name} failed in ${cause}`,
  saidCancelled: (name: string) => `${name} cancelled.`,
  saidDeleted: (name: string) => `Job of ${name} deleted.`,
  answerGone: 'The job is no longer there.',
};
