import type { ScenarioSummary } from '@/api/scenarios';

export const SORTS = ['newest', 'name'] as const;
export type Sort = (typeof SORTS)[number];

/** When something of it was loaded last, else when it was saved. */
export function loadedAt(scenario: ScenarioSummary): string {
  const times = Object.values(scenario.parts).map((part) => part.loaded_at);
  return times.toSorted().at(-1) ?? scenario.updated_at;
}

/** Those with each of the words in name, display name or domain, on the backend if one is named. */
export function selectScenarios(
  scenarios: ScenarioSummary[],
  asked: { words: string; backend: string; sort: Sort },
): ScenarioSummary[] {
  const words = asked.words.toLowerCase().split(/\s+/);
  const found = scenarios.filter((each) => {
    const text = `${each.name} ${each.display_name} ${each.domain}`.toLowerCase();
    const backendFits = !asked.backend || each.backend === asked.backend;
    return backendFits && words.every((word) => text.includes(word));
  });
  return found.toSorted((a, b) =>
    asked.sort === 'name'
      ? titleOf(a).localeCompare(titleOf(b))
      : loadedAt(b).localeCompare(loadedAt(a)),
  );
}

export function titleOf(scenario: ScenarioSummary): string {
  return scenario.display_name || scenario.name;
}
