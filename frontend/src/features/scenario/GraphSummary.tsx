import { makeStyles, tokens, typographyStyles } from '@fluentui/react-components';

import type { Scenario } from '@/api/scenarios';
import { formatNumber } from '@/lib/format';

import { Panel } from './Panel';
import { Swatch } from '@/ui/Swatch';
import { labelStyles } from '@/lib/labelStyles';
import { TEXT } from './text';

const useStyles = makeStyles({
  heading: { ...typographyStyles.body1Strong, margin: 0 },
  list: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalL}`,
    margin: `${tokens.spacingVerticalS} 0 ${tokens.spacingVerticalL}`,
    padding: 0,
    listStyleType: 'none',
    ':last-child': { marginBottom: 0 },
  },
  item: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalS },
  count: { color: tokens.colorNeutralForeground2 },
});

interface Props {
  scenario: Scenario;
  counts: Record<string, unknown>;
}

/** How many vertices and edges of each label there are, and the colour a label is drawn in. */
export function GraphSummary({ scenario, counts }: Props) {
  const styles = useStyles();
  const vertices = Object.entries((counts['vertices'] ?? {}) as Record<string, number>);
  const edges = Object.entries((counts['edges'] ?? {}) as Record<string, number>);
  const drawn = labelStyles(
    vertices.map(([label]) => label),
    scenario.graph_styles,
  );
  return (
    <Panel title={TEXT.inGraph}>
      <h3 className={styles.heading}>{TEXT.vertices}</h3>
      <ul className={styles.list}>
        {vertices.map(([label, count]) => (
          <li key={label} className={styles.item}>
            <Swatch colour={drawn.get(label)?.colour} />
            {label} <span className={styles.count}>{formatNumber(count)}</span>
          </li>
        ))}
      </ul>
      <h3 className={styles.heading}>{TEXT.edges}</h3>
      <ul className={styles.list}>
        {edges.map(([label, count]) => (
          <li key={label} className={styles.item}>
            {label} <span className={styles.count}>{formatNumber(count)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
