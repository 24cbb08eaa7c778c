import { Input, makeStyles, Select, tokens } from '@fluentui/react-components';
import { SearchRegular } from '@fluentui/react-icons';
import { useEffect, useId, useState } from 'react';

import { FILTERS, text } from './text';
import type { Filter, JobStatus } from './types';

const PAUSE_MS = 300;

const useStyles = makeStyles({
  bar: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalS },
  scenario: { flexGrow: 1, minWidth: '140px', maxWidth: '280px' },
});

interface Props {
  filter: Filter;
  onFilter: (filter: Filter) => void;
  /** Scenarios to choose from; any other can be typed. */
  names: string[];
}

/** The server filters, by state and by the scenario's whole name. */
export function FilterBar({ filter, onFilter, names }: Props) {
  const styles = useStyles();
  const list = useId();
  const [typed, setTyped] = useState(filter.scenario);
  const [shown, setShown] = useState(filter.scenario);
  if (shown !== filter.scenario) {
    setShown(filter.scenario);
    setTyped(filter.scenario);
  }
  useEffect(() => {
    if (typed.trim() === filter.scenario) return undefined;
    const timer = setTimeout(() => onFilter({ ...filter, scenario: typed.trim() }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, filter, onFilter]);
  return (
    <div className={styles.bar} role="search" aria-label={text.jobs}>
      <Select
        aria-label={text.state}
        value={filter.status ?? ''}
        onChange={(_, { value }) =>
          onFilter({ ...filter, status: (value || null) as JobStatus | null })
        }
      >
        <option value="">{text.all}</option>
        {Object.entries(FILTERS).map(([status, word]) => (
          <option key={status} value={status}>
            {word}
          </option>
        ))}
      </Select>
      <Input
        className={styles.scenario}
        type="search"
        aria-label={text.scenario}
        placeholder={text.scenarioHint}
        contentBefore={<SearchRegular />}
        list={list}
        value={typed}
        onChange={(_, { value }) => setTyped(value)}
      />
      <datalist id={list}>
        {names.map((name) => (
          <option key={name} value={name} label={name} aria-label={name} />
        ))}
      </datalist>
    </div>
  );
}
