import {
  Button,
  makeStyles,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  Skeleton,
  SkeletonItem,
  tokens,
} from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons';
import { useCallback, useMemo, useRef, useState } from 'react';

import { toProblem, type Problem } from '@/api/problem';
import { AfterAWhile, ErrorMessage, StateMessage } from '@/ui/states';

import { FilterBar } from './FilterBar';
import { JobTree } from './JobTree';
import { LiveLabel } from './LiveLabel';
import { text } from './text';
import { EVERYTHING, type Filter, type Job } from './types';
import { useJobList, type JobList } from './useJobList';
import { useKeptFocus } from '@/ui/useKeptFocus';

const useStyles = makeStyles({
  view: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalS,
    minHeight: 0,
    height: '100%',
  },
  top: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalS,
  },
  bones: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalL,
    padding: tokens.spacingVerticalM,
  },
  whole: { flexShrink: 0 },
  body: { whiteSpace: 'normal', overflowWrap: 'anywhere' },
  more: {
    color: tokens.colorNeutralForeground3,
    textAlign: 'center',
    padding: tokens.spacingVerticalXS,
  },
});

interface Props {
  filter: Filter;
  onFilter: (filter: Filter) => void;
  focusJobId?: string;
}

/** The list of jobs with its filters and what it has to say about being live. */
export function JobsView({ filter, onFilter, focusJobId = '' }: Props) {
  const styles = useStyles();
  const [refused, setRefused] = useState<{ name: string; problem: Problem } | null>(null);
  const onProblem = useCallback(
    (job: Job, problem: Problem) => setRefused({ name: job.scenario_name, problem }),
    [],
  );
  const list = useJobList(filter);
  const view = useRef<HTMLDivElement>(null);
  const keepFocus = useKeptFocus(
    () =>
      view.current?.querySelector('[role="treeitem"][tabindex="0"]') ??
      view.current?.querySelector('select'),
  );
  const names = useMemo(
    () => [...new Set(list.live.map((job) => job.scenario_name))].toSorted(),
    [list.live],
  );
  return (
    <div className={styles.view} ref={view} {...keepFocus}>
      <div className={styles.top}>
        <FilterBar filter={filter} onFilter={onFilter} names={names} />
        <LiveLabel />
      </div>
      {refused && (
        <MessageBar intent="error" layout="multiline" className={styles.whole}>
          <MessageBarBody className={styles.body}>
            <MessageBarTitle>{refused.name}</MessageBarTitle>
            <span>{refused.problem.status === 404 ? text.answerGone : refused.problem.detail}</span>
          </MessageBarBody>
          <MessageBarActions
            containerAction={
              <Button
                appearance="transparent"
                aria-label={text.close}
                icon={<DismissRegular />}
                onClick={() => setRefused(null)}
              />
            }
          />
        </MessageBar>
      )}
      <Content
        list={list}
        filtered={filter.status !== null || filter.scenario !== ''}
        focusJobId={focusJobId}
        onProblem={onProblem}
        onAll={() => onFilter(EVERYTHING)}
      />
    </div>
  );
}

function Content(props: {
  list: JobList;
  filtered: boolean;
  focusJobId: string;
  onProblem: (job: Job, problem: Problem) => void;
  onAll: () => void;
}) {
  const { jobs, loading, error, more } = props.list;
  if (jobs.length > 0) {
    return (
      <>
        <JobTree
          jobs={jobs}
          filtered={props.filtered}
          hasMore={props.list.hasMore}
          focusJobId={props.focusJobId}
          onNearEnd={more}
          onProblem={props.onProblem}
        />
        <Tail list={props.list} />
      </>
    );
  }
  if (error) {
    const { detail, requestId } = toProblem(error);
    return (
      <ErrorMessage
        title={text.notRead}
        detail={detail}
        requestId={requestId}
        onRetry={props.list.again}
      />
    );
  }
  if (loading)
    return (
      <AfterAWhile>
        <Bones />
      </AfterAWhile>
    );
  if (!props.filtered) return <StateMessage title={text.none} body={text.noneHint} />;
  return (
    <StateMessage
      title={text.noneLike}
      body={text.noneLikeHint}
      actions={<Button onClick={props.onAll}>{text.clearFilters}</Button>}
    />
  );
}

function Bones() {
  const styles = useStyles();
  return (
    <Skeleton aria-label={text.jobs} className={styles.bones}>
      {[1, 2, 3, 4, 5].map((bone) => (
        <SkeletonItem key={bone} size={56} />
      ))}
    </Skeleton>
  );
}

/** What there is to say about the jobs below the last one. */
function Tail({ list }: { list: JobList }) {
  const styles = useStyles();
  if (list.loadingMore) return <div className={styles.more}>{text.readingMore}</div>;
  if (!list.error || !list.hasMore) return null;
  return (
    <div className={styles.more}>
      <span>{text.notReadMore}</span>
      <Button size="small" appearance="transparent" onClick={list.again}>
        {text.again}
      </Button>
    </div>
  );
}
