import { Button, makeStyles, tokens, Tooltip } from '@fluentui/react-components';
import {
  ArrowClockwiseRegular,
  DeleteRegular,
  StopRegular,
  TextBulletListSquareRegular,
} from '@fluentui/react-icons';
import { useRef, useState } from 'react';
import { useLocation } from 'wouter';

import { toProblem, type Problem } from '@/api/problem';
import { serverNow } from '@/lib/clock';
import { useAnnounce } from '@/ui/Announcer';

import { BellButton } from './BellButton';
import { Confirm } from '@/ui/Confirm';
import { ScenarioLink } from './ScenarioLink';
import { isActive, retryFrom } from './states';
import { text } from './text';
import { askBeforeCancel } from './timing';
import type { Job } from './types';
import { useJobAction } from './useJobAction';
import { useKeptFocus } from '@/ui/useKeptFocus';

const useStyles = makeStyles({
  buttons: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXXS,
    '& > button, & > a': {
      minHeight: '32px',
      minWidth: '32px',
      '@media (pointer: coarse)': { minHeight: '44px', minWidth: '44px' },
    },
  },
});

export interface ButtonsProps {
  job: Job;
  onProblem: (job: Job, problem: Problem) => void;
  /** -1 keeps the buttons out of the way of the Tab key. */
  tabIndex?: 0 | -1;
  /** Where one is on the job's page already. */
  withoutDetails?: boolean;
  onDeleted?: () => void;
}

type Asked = 'cancel' | 'delete' | null;

/** What can be done with a job in its state. */
export function JobButtons({
  job,
  onProblem,
  tabIndex = 0,
  withoutDetails,
  onDeleted,
}: ButtonsProps) {
  const styles = useStyles();
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState<Asked>(null);
  const announce = useAnnounce();
  const told = { onError: (error: unknown) => onProblem(job, toProblem(error)) };
  const retry = useJobAction('retry');
  const cancel = useJobAction('cancel');
  const remove = useJobAction('delete');
  const from = retryFrom(job);
  const buttons = useRef<HTMLDivElement>(null);
  const keepFocus = useKeptFocus(
    () => buttons.current?.closest('[role="treeitem"]') ?? document.querySelector('h1'),
  );
  const stop = () => cancel.mutate(job.id, told);
  // a promise: the event of the deletion may take the row away before the answer is there
  const wipe = () =>
    void remove.mutateAsync(job.id).then(() => {
      announce(text.saidDeleted(job.scenario_name));
      onDeleted?.();
    }, told.onError);
  const wish = () => (askBeforeCancel(job, serverNow()) ? setAsked('cancel') : stop());
  const cancelling = cancel.isPending || cancel.isSuccess;
  const shared = { size: 'small', appearance: 'subtle', tabIndex } as const;
  return (
    <>
      <div className={styles.buttons} ref={buttons} {...keepFocus}>
        {isActive(job) && (
          <Button {...shared} icon={<StopRegular />} onClick={wish} disabledFocusable={cancelling}>
            <span>{cancelling ? text.cancelling : text.cancel}</span>
          </Button>
        )}
        {isActive(job) && <BellButton job={job} onProblem={onProblem} tabIndex={tabIndex} />}
        {from && (
          <Button
            {...shared}
            icon={<ArrowClockwiseRegular />}
            disabledFocusable={retry.isPending}
            onClick={() => retry.mutate(job.id, told)}
          >
            <span>{text.retry(from)}</span>
          </Button>
        )}
        <ScenarioLink job={job} tabIndex={tabIndex} />
        {!withoutDetails && (
          <Button
            {...shared}
            as="a"
            href={`/jobs/${job.id}`}
            icon={<TextBulletListSquareRegular />}
            onClick={(event) => {
              if (event.ctrlKey || event.metaKey || event.shiftKey) return;
              event.preventDefault();
              navigate(`/jobs/${job.id}`);
            }}
          >
            <span>{text.details}</span>
          </Button>
        )}
        {!isActive(job) && (
          <Tooltip content={text.remove} relationship="label">
            <Button
              {...shared}
              icon={<DeleteRegular />}
              disabledFocusable={remove.isPending}
              onClick={() => setAsked('delete')}
            />
          </Tooltip>
        )}
      </div>
      {asked && (
        <Question
          asked={asked}
          job={job}
          onNo={() => setAsked(null)}
          onYes={asked === 'cancel' ? stop : wipe}
        />
      )}
    </>
  );
}

function Question(props: {
  asked: 'cancel' | 'delete';
  job: Job;
  onYes: () => void;
  onNo: () => void;
}) {
  const words =
    props.asked === 'cancel'
      ? {
          title: text.askCancel(props.job.scenario_name),
          body: text.askCancelBody,
          yes: text.yesCancel,
          no: text.noCancel,
        }
      : {
          title: text.askDelete(props.job.scenario_name),
          body: text.askDeleteBody,
          yes: text.yesDelete,
          no: text.noDelete,
        };
  return (
    <Confirm
      {...words}
      onNo={props.onNo}
      onYes={() => {
        props.onNo();
        props.onYes();
      }}
    />
  );
}
