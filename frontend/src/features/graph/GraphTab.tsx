import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';

import { toProblem } from '@/api/problem';
import { topologyQuery, type Scenario } from '@/api/scenarios';
import { AfterAWhile, ErrorMessage, SkeletonLines, StateMessage } from '@/ui/states';
import { useUrlParameter } from '@/ui/useUrlParameter';

import { labelStyles } from '@/lib/labelStyles';
import { TEXT } from './text';
import { Explorer } from './Explorer';
import { modelOf } from './model';

const FIRST = 2_000;
const MOST = 100_000;

export default function GraphTab({ scenario }: { scenario: Scenario }) {
  const loaded = scenario.parts['graph'];
  if (!loaded) return <StateMessage title={TEXT.noGraph} body={TEXT.noGraphBody} />;
  return <LoadedGraph key={loaded.generation} scenario={scenario} />;
}

function LoadedGraph({ scenario }: { scenario: Scenario }) {
  const [load, setLoad] = useUrlParameter('load');
  const topology = useQuery(topologyQuery(scenario.name, load === 'all' ? MOST : FIRST));
  const model = useMemo(() => topology.data && modelOf(topology.data), [topology.data]);
  const totals = topology.data?.meta.vertices;
  const styles = useMemo(
    () => labelStyles(Object.keys(totals ?? {}), scenario.graph_styles),
    [totals, scenario.graph_styles],
  );
  const problem = topology.error && toProblem(topology.error);
  return (
    <>
      {problem && (
        <ErrorMessage
          title={TEXT.failed}
          detail={problem.detail}
          requestId={problem.requestId}
          onRetry={() => void topology.refetch()}
        />
      )}
      {topology.isPending && (
        <AfterAWhile>
          <SkeletonLines lines={12} label={TEXT.loading} />
        </AfterAWhile>
      )}
      {model && totals && (
        <Explorer
          model={model}
          totals={totals}
          styles={styles}
          onLoadAll={topology.data?.meta.truncated && load !== 'all' ? () => setLoad('all') : null}
        />
      )}
    </>
  );
}
