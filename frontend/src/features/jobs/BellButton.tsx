import { Button, Tooltip } from '@fluentui/react-components';
import { AlertFilled, AlertRegular } from '@fluentui/react-icons';

import type { Problem } from '@/api/problem';
import { useAnnounce } from '@/ui/Announcer';

import { setBell, silence, useBell } from './bells';
import { text } from './text';
import type { Job } from './types';

interface Props {
  job: Job;
  onProblem: (job: Job, problem: Problem) => void;
  tabIndex: 0 | -1;
}

/** Asks the browser to tell of the job's end. */
export function BellButton({ job, onProblem, tabIndex }: Props) {
  const set = useBell(job.id);
  const announce = useAnnounce();
  const turn = async () => {
    if (set) return silence(job.id);
    if (await setBell(job.id)) return announce(text.bellSet);
    return onProblem(job, REFUSED);
  };
  return (
    <Tooltip content={text.bell} relationship="label">
      <Button
        size="small"
        appearance="subtle"
        tabIndex={tabIndex}
        aria-pressed={set}
        icon={set ? <AlertFilled /> : <AlertRegular />}
        onClick={() => void turn()}
      />
    </Tooltip>
  );
}

const REFUSED: Problem = {
  status: 0,
  title: text.bell,
  detail: text.bellRefused,
  problems: [],
  requestId: null,
  extensions: {},
};
