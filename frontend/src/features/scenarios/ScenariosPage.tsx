import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { toProblem } from '@/api/problem';
import { scenariosQuery } from '@/api/scenarios';
import { formatExactTime } from '@/lib/format';
import { Page } from '@/ui/Page';
import { AfterAWhile, ErrorMessage } from '@/ui/states';

import { EmptyState } from './EmptyState';
import { ScenarioList } from './ScenarioList';
import { SkeletonCards } from './SkeletonCards';
import { TEXT } from './text';

interface Props {
  /** A name where that scenario is to be loaded again. */
  onAdd: (name?: string) => void;
  /** A job was submitted from here. */
  onSubmitted: (jobId: string) => void;
  /** The state of a scenario's last job. */
  lastJob: (name: string) => ReactNode;
}

export function ScenariosPage({ onAdd, onSubmitted, lastJob }: Props) {
  const { data, error, dataUpdatedAt, isPending, refetch } = useQuery(scenariosQuery());
  const problem = error && toProblem(error);
  const empty = data?.length === 0;
  return (
    <Page subject={TEXT.subject}>
      {problem && (
        <ErrorMessage
          title={TEXT.failed}
          detail={`${problem.detail} ${data ? TEXT.asOf(formatExactTime(new Date(dataUpdatedAt).toISOString())) : ''}`}
          requestId={problem.requestId}
          onRetry={() => void refetch()}
        />
      )}
      {isPending && (
        <AfterAWhile>
          <SkeletonCards />
        </AfterAWhile>
      )}
      {empty && <EmptyState onAdd={onAdd} onSubmitted={onSubmitted} />}
      {data && !empty && (
        <div style={problem ? { opacity: 0.6 } : undefined}>
          <ScenarioList scenarios={data} onAdd={onAdd} lastJob={lastJob} />
        </div>
      )}
    </Page>
  );
}
