/** One type for everything that can go wrong on the way to a service and back. */

export interface ProblemItem {
  slot: string | null;
  file: string | null;
  row: number | null;
  line: number | null;
  column: string | null;
  detail: string;
}

export interface Problem {
  /** HTTP status; 0 when there was no answer. */
  status: number;
  title: string;
  detail: string;
  problems: ProblemItem[];
  requestId: string | null;
  /** What else the document says, such as `job_id` of the job that is in the way. */
  extensions: Record<string, unknown>;
}

export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
    this.name = 'ProblemError';
  }
}

const UNREACHABLE: Problem = {
  status: 0,
  title: 'Not reachable',
  detail: 'The server did not answer. Is it running, and is this computer connected to it?',
  problems: [],
  requestId: null,
  extensions: {},
};

/** Any thrown thing in words. */
export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof ProblemError) return thrown.problem;
  if (thrown instanceof TypeError) return UNREACHABLE; // what fetch throws without a network
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return { ...UNREACHABLE, title: 'This page failed', detail };
}

/** The problem document of an answer, whatever part of it is there. */
export function problemOf(body: unknown, status: number, requestId: string | null): Problem {
  const document =
    typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const { title, detail, problems, request_id: id, type: _, status: __, ...extensions } = document;
  const words = typeof title === 'string' ? title : `The server answered ${status}`;
  return {
    status,
    title: words,
    detail: typeof detail === 'string' ? detail : words,
    problems: Array.isArray(problems) ? problems.map(itemOf) : [],
    requestId: typeof id === 'string' ? id : requestId,
    extensions,
  };
}

function itemOf(item: Partial<ProblemItem>): ProblemItem {
  const nowhere = { slot: null, file: null, row: null, line: null, column: null, detail: '' };
  return { ...nowhere, ...item };
}
