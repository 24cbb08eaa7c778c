import { Checkbox, makeStyles, tokens } from '@fluentui/react-components';

import { formatNumber } from '@/lib/format';

import type { LabelStyle } from '@/lib/labelStyles';
import { Swatch } from '@/ui/Swatch';
import { TEXT } from './text';

const useStyles = makeStyles({
  legend: {
    display: 'flex',
    flexWrap: 'wrap',
    margin: 0,
    padding: tokens.spacingHorizontalXS,
    border: 'none',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  label: { display: 'inline-flex', alignItems: 'center', gap: tokens.spacingHorizontalXS },
  count: { color: tokens.colorNeutralForeground2 },
});

interface Props {
  counts: Record<string, number>;
  styles: Map<string, LabelStyle>;
  hidden: ReadonlySet<string>;
  onToggle: (label: string, shown: boolean) => void;
}

/** Which colour is which label, and which labels are shown. */
export function Legend({ counts, styles, hidden, onToggle }: Props) {
  const classes = useStyles();
  return (
    <fieldset className={classes.legend} aria-label={TEXT.labels}>
      {Object.entries(counts).map(([label, count]) => (
        <Checkbox
          key={label}
          checked={!hidden.has(label)}
          onChange={(_, { checked }) => onToggle(label, checked === true)}
          label={
            <span className={classes.label}>
              <Swatch colour={styles.get(label)?.colour} />
              {label} <span className={classes.count}>{formatNumber(count)}</span>
            </span>
          }
        />
      ))}
    </fieldset>
  );
}
