import {
  Button,
  makeStyles,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  tokens,
} from '@fluentui/react-components';
import { useEffect, useRef } from 'react';

import { SLOTS } from '@/lib/slots';

import { ProblemList } from './SlotRow';
import { TEXT } from './text';
import type { Failure } from './uploadState';

const useStyles = makeStyles({
  body: { whiteSpace: 'normal', overflowWrap: 'anywhere' },
  id: { fontFamily: tokens.fontFamilyMonospace },
});

/** Why it was not saved. Gets the focus, since it stands where nobody looks after pressing Save. */
export function FailureBar(props: {
  failure: Failure;
  onTryAgain: () => void;
  onShowJob: (jobId: string) => void;
}) {
  const styles = useStyles();
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => bar.current?.focus(), []);
  const { failure } = props;
  return (
    <MessageBar ref={bar} tabIndex={-1} intent="error" layout="multiline">
      <MessageBarBody className={styles.body}>
        <FailureText failure={failure} />
      </MessageBarBody>
      <MessageBarActions>
        {failure.kind === 'lost' && <Button onClick={props.onTryAgain}>{TEXT.tryAgain}</Button>}
        <JobButton failure={failure} onShowJob={props.onShowJob} />
      </MessageBarActions>
    </MessageBar>
  );
}

function JobButton(props: { failure: Failure; onShowJob: (jobId: string) => void }) {
  const { failure } = props;
  const id = failure.kind === 'refused' ? failure.problem.extensions['job_id'] : null;
  if (typeof id !== 'string') return null;
  return <Button onClick={() => props.onShowJob(id)}>{TEXT.openJob}</Button>;
}

const isAtSlot = (slot: string | null) => SLOTS.some((each) => each === slot);

function FailureText({ failure }: { failure: Failure }) {
  const styles = useStyles();
  if (failure.kind === 'lost') {
    return failure.percent < 100 ? TEXT.lost(failure.percent) : TEXT.lostAtEnd;
  }
  if (failure.kind === 'changed') return TEXT.changed(failure.fileName);
  const { title, detail, problems, requestId } = failure.problem;
  const others = problems.filter(({ slot }) => !isAtSlot(slot)).map((problem) => problem.detail);
  return (
    <>
      <MessageBarTitle>{title || TEXT.notSaved}</MessageBarTitle>
      {detail !== title && detail}
      {others.length > 0 && <ProblemList problems={others} />}
      {requestId && (
        <>
          {' '}
          <span className={styles.id}>{TEXT.request(requestId)}</span>
        </>
      )}
    </>
  );
}
