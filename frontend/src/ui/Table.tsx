import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

const NARROW = '@media (max-width: 480px)';

const useStyles = makeStyles({
  scroll: {
    overflowX: 'auto',
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  // a word is broken only where it is alone too wide, or columns would shrink to letters
  table: { width: '100%', borderCollapse: 'collapse', overflowWrap: 'break-word' },
  cell: {
    padding: `${tokens.spacingVerticalSNudge} ${tokens.spacingHorizontalM}`,
    paddingInlineStart: 0,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    textAlign: 'start',
    verticalAlign: 'top',
    [NARROW]: { display: 'inline', padding: 0, border: 'none' },
  },
  row: {
    [NARROW]: {
      display: 'block',
      padding: `${tokens.spacingVerticalSNudge} 0`,
      borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    },
  },
  name: { [NARROW]: { display: 'block' } },
  // what has no heading above it any more stands behind a dot
  further: { [NARROW]: { '::before': { content: '" · "' } } },
  heads: {
    [NARROW]: { position: 'absolute', clipPath: 'inset(50%)', width: '1px', height: '1px' },
  },
  head: { color: tokens.colorNeutralForeground2, fontWeight: tokens.fontWeightRegular },
});

/**
 * A plain table; the first cell of each row heads it. It scrolls by itself where it is too wide,
 * and two lines a row on a phone.
 */
export function Table(props: {
  label: string;
  columns: readonly string[];
  rows: readonly { key: string; cells: readonly ReactNode[] }[];
}) {
  const styles = useStyles();
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls by keyboard
    <div className={styles.scroll} role="group" aria-label={props.label} tabIndex={0}>
      <table className={styles.table} aria-label={props.label}>
        <thead className={styles.heads}>
          <tr>
            {props.columns.map((column) => (
              <th key={column} scope="col" className={mergeClasses(styles.cell, styles.head)}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map(({ key, cells: [first, ...others] }) => (
            <tr key={key} className={styles.row}>
              <th scope="row" className={mergeClasses(styles.cell, styles.name)}>
                {first}
              </th>
              {others.map((cell, index) => (
                <td
                  // oxlint-disable-next-line react/no-array-index-key -- cells have only their place
                  key={index}
                  className={mergeClasses(styles.cell, index > 0 && cell !== '' && styles.further)}
                >
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
