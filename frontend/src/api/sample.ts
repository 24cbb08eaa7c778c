import { SLOTS, type Slot } from '@/lib/slots';

import { api, body } from './client';
import { problemOf, ProblemError } from './problem';

const NAME = 'metro-fibre';

async function tarball(slot: Slot): Promise<File> {
  const file = `${NAME}-${slot}.tar.gz`;
  const answer = await fetch(`/samples/${file}`);
  if (!answer.ok) throw new ProblemError(problemOf(null, answer.status, null));
  return new File([await answer.blob()], file, { type: 'application/gzip' });
}

/** Submits the sample as any other pack; returns the id of the job that loads it. */
export async function submitSample(): Promise<string> {
  const form = new FormData();
  form.set('scenario_name', NAME);
  for (const file of await Promise.all(SLOTS.map(tarball))) {
    form.set(file.name.slice(NAME.length + 1, -'.tar.gz'.length), file);
  }
  try {
    const submitting = api.POST('/api/upload-jobs', {
      body: { scenario_name: NAME },
      bodySerializer: () => form,
    });
    return (await body(submitting)).job_id;
  } catch (thrown) {
    const running = thrown instanceof ProblemError && thrown.problem.extensions['job_id'];
    if (typeof running === 'string') return running; // it is being loaded already
    throw thrown;
  }
}
