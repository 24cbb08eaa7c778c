import { Badge, Button, makeStyles, Radio, Text, tokens } from '@fluentui/react-components';
import { ArrowSyncRegular, DeleteRegular } from '@fluentui/react-icons';

import type { Connection } from '@/api/fabric';
import { Time } from '@/ui/Time';

import { Facts } from './Facts';
import { notable } from './verdicts';
import { TEXT } from './text';

const useStyles = makeStyles({
  row: {
    boxSizing: 'border-box',
    minWidth: 0,
    padding: tokens.spacingHorizontalM,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    overflowWrap: 'anywhere',
  },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'start' },
  radio: { flex: '1 1 240px', minWidth: 0 },
  label: { display: 'grid' },
  name: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalS },
  quiet: { color: tokens.colorNeutralForeground2 },
  below: {
    display: 'grid',
    gap: tokens.spacingVerticalS,
    // where the radio's label begins
    paddingInlineStart: '40px',
    '@media (max-width: 480px)': { paddingInlineStart: 0 },
  },
  summary: { cursor: 'pointer', minHeight: '32px', alignContent: 'center' },
});

/** One workspace: its names, the state of its capacity, when it was looked at. */
export function ConnectionRow(props: {
  connection: Connection;
  isChecking: boolean;
  onCheck: () => void;
  onDelete: () => void;
}) {
  const styles = useStyles();
  const { id, name, workspace_name: workspace, lakehouse_name, ...rest } = props.connection;
  const check = props.isChecking ? TEXT.checking : TEXT.checkAgain;
  return (
    <div className={styles.row} data-connection="">
      <div className={styles.head}>
        <Radio
          className={styles.radio}
          value={id}
          label={
            <span className={styles.label}>
              <span className={styles.name}>
                <Text weight="semibold">{name}</Text>
                {rest.active && <Badge appearance="tint">{TEXT.active}</Badge>}
              </span>
              <Text size={200} className={styles.quiet}>
                {TEXT.workspace(workspace, lakehouse_name)}
              </Text>
            </span>
          }
        />
        <Button
          appearance="subtle"
          icon={<ArrowSyncRegular />}
          aria-label={TEXT.of(check, name)}
          disabledFocusable={props.isChecking}
          onClick={props.onCheck}
        >
          {check}
        </Button>
        <Button
          appearance="subtle"
          icon={<DeleteRegular />}
          aria-label={TEXT.of(TEXT.delete, name)}
          onClick={props.onDelete}
        >
          {TEXT.delete}
        </Button>
      </div>
      <div className={styles.below}>
        <Facts facts={notable(rest.facts)} label={TEXT.result} />
        <Text size={200} className={styles.quiet}>
          {TEXT.checked} <Time iso={rest.checked_at} />
        </Text>
        <details>
          <summary className={styles.summary}>{TEXT.facts(rest.facts.length)}</summary>
          <Facts facts={rest.facts} label={TEXT.facts(rest.facts.length)} />
        </details>
      </div>
    </div>
  );
}
