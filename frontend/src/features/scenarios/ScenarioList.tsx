import { Button, Field, makeStyles, SearchBox, Select, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

import type { ScenarioSummary } from '@/api/scenarios';
import { backendName } from '@/lib/backends';
import { StateMessage } from '@/ui/states';
import { useUrlParameter } from '@/ui/useUrlParameter';

import { ScenarioCard } from './ScenarioCard';
import { ScenarioMenu } from './ScenarioMenu';
import { selectScenarios, SORTS } from './select';
import { useGridStyles } from './styles';
import { TEXT } from './text';

const MOST_CARDS = 12;

const useStyles = makeStyles({
  filters: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'end',
    gap: tokens.spacingHorizontalM,
    marginBottom: tokens.spacingVerticalL,
  },
  find: { flexGrow: 1, minWidth: 'min(100%, 240px)', '& > *': { maxWidth: 'none' } },
  rows: { display: 'grid', gap: tokens.spacingVerticalS, margin: 0, padding: 0 },
});

interface Props {
  scenarios: ScenarioSummary[];
  onAdd: (name: string) => void;
  lastJob: (name: string) => ReactNode;
}

export function ScenarioList({ scenarios, onAdd, lastJob }: Props) {
  const grid = useGridStyles();
  const styles = useStyles();
  const [words, setWords] = useUrlParameter('q');
  const [backend, setBackend] = useUrlParameter('backend');
  const [sort, setSort] = useUrlParameter('sort');
  const backends = [...new Set(scenarios.flatMap((each) => each.backend ?? []))];
  const found = selectScenarios(scenarios, {
    words: words ?? '',
    backend: backend ?? '',
    sort: sort === 'name' ? 'name' : 'newest',
  });
  const asRows = scenarios.length > MOST_CARDS;
  return (
    <>
      <div className={styles.filters}>
        <Field label={TEXT.find} className={styles.find}>
          <SearchBox
            value={words ?? ''}
            onChange={(_, { value }) => setWords(value || null, { replace: true })}
          />
        </Field>
        {backends.length > 1 && (
          <Field label={TEXT.backend}>
            <Select value={backend ?? ''} onChange={(_, { value }) => setBackend(value || null)}>
              <option value="">{TEXT.anyBackend}</option>
              {backends.map((id) => (
                <option key={id} value={id}>
                  {backendName(id)}
                </option>
              ))}
            </Select>
          </Field>
        )}
        <Field label={TEXT.sort}>
          <Select
            value={sort ?? SORTS[0]}
            onChange={(_, { value }) => setSort(value === SORTS[0] ? null : value)}
          >
            <option value="newest">{TEXT.newest}</option>
            <option value="name">{TEXT.byName}</option>
          </Select>
        </Field>
      </div>
      {found.length === 0 && (
        <StateMessage
          title={TEXT.noMatch}
          body={TEXT.noMatchBody}
          actions={
            <Button
              onClick={() => {
                setWords(null);
                setBackend(null);
              }}
            >
              {TEXT.clear}
            </Button>
          }
        />
      )}
      <ul className={asRows ? styles.rows : grid.grid} aria-label={TEXT.subject}>
        {found.map((scenario) => (
          <ScenarioCard
            key={scenario.name}
            scenario={scenario}
            asRow={asRows}
            job={lastJob(scenario.name)}
            menu={<ScenarioMenu scenario={scenario} onAdd={onAdd} inList />}
          />
        ))}
      </ul>
    </>
  );
}
