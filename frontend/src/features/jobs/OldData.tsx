import { useQuery } from '@tanstack/react-query';

import { scenariosQuery, type ScenarioSummary } from '@/api/scenarios';
import { FABRIC } from '@/lib/backends';

import { text } from './text';
import type { Job, Step } from './types';

/** Says that a load which went wrong took nothing away. */
export function OldData({ job, step, className }: { job: Job; step: Step; className?: string }) {
  const { data: scenarios } = useQuery(scenariosQuery());
  const scenario = scenarios?.find((each) => each.name === job.scenario_name);
  if (!scenario || !oldDataStays(job, step, scenario)) return null;
  return <span className={className}>{text.oldData}</span>;
}

/** Where parts are replaced as a whole: everywhere but in Fabric, whose tables go one by one. */
export function oldDataStays(job: Job, step: Step, scenario: ScenarioSummary): boolean {
  const loaded = scenario.parts[step.name]?.loaded_at;
  if (step.status !== 'error' && step.status !== 'cancelled') return false;
  if (!loaded || !step.started_at || (job.backend === FABRIC && step.name === 'graph'))
    return false;
  return Date.parse(loaded) < Date.parse(step.started_at);
}
