import {
  Button,
  makeStyles,
  mergeClasses,
  Spinner,
  Text,
  tokens,
} from '@fluentui/react-components';
import {
  CheckmarkCircleFilled,
  DismissRegular,
  ErrorCircleFilled,
  WarningFilled,
} from '@fluentui/react-icons';
import { useState } from 'react';

import type { ProblemItem } from '@/api/problem';
import { formatBytes } from '@/lib/format';
import { SLOTS, type Slot } from '@/lib/slots';
import { FileButton } from '@/ui/FileButton';

import { judge } from './judge';
import { SlotMenu } from './Notices';
import type { Finding } from './peeked';
import type { Archive } from './staging';
import { TEXT } from './text';

const useStyles = makeStyles({
  row: {
    display: 'grid',
    gridTemplateColumns: '116px minmax(0, 1fr) auto',
    alignItems: 'center',
    columnGap: tokens.spacingHorizontalS,
    minHeight: '40px',
    padding: `${tokens.spacingVerticalXS} 0`,
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
    '@media (max-width: 480px)': { gridTemplateColumns: 'minmax(0, 1fr) auto' },
  },
  label: { '@media (max-width: 480px)': { gridColumn: '1 / -1' } },
  file: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    columnGap: tokens.spacingHorizontalS,
    minWidth: 0,
  },
  name: { overflowWrap: 'anywhere' },
  quiet: { color: tokens.colorNeutralForeground2 },
  actions: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalXS },
  mark: { flexShrink: 0, fontSize: '16px', lineHeight: 0 },
  good: { color: tokens.colorStatusSuccessForeground1 },
  warning: { color: tokens.colorStatusWarningForeground1 },
  bad: { color: tokens.colorStatusDangerForeground1 },
  problems: {
    gridColumn: '2 / -1',
    '@media (max-width: 480px)': { gridColumn: '1 / -1' },
  },
  list: { margin: 0, paddingInlineStart: tokens.spacingHorizontalL, overflowWrap: 'anywhere' },
});

interface SlotRowProps {
  slot: Slot;
  label: string;
  archive: Archive | undefined;
  backend: string;
  /** What the server said of it. */
  refused: ProblemItem[];
  isReading: boolean;
  onChoose: (files: File[]) => void;
  onRemove: () => void;
  onMove: (to: Slot) => void;
}

/** One part of the pack: its file, what is in it, and what is wrong with it. */
export function SlotRow(props: SlotRowProps) {
  const styles = useStyles();
  const { archive, label } = props;
  return (
    <li className={styles.row}>
      <Text weight="semibold" className={styles.label}>
        {label}
      </Text>
      {archive ? (
        <StagedFile {...props} archive={archive} />
      ) : (
        <>
          <Text className={styles.quiet}>
            {props.isReading ? <Spinner size="extra-tiny" label={TEXT.reading} /> : TEXT.noFile}
          </Text>
          <FileButton
            small
            label={TEXT.chooseFor(label)}
            accept=".gz,.tgz"
            onFiles={props.onChoose}
          >
            {TEXT.choose}
          </FileButton>
        </>
      )}
    </li>
  );
}

function StagedFile(props: SlotRowProps & { archive: Archive }) {
  const styles = useStyles();
  const { archive, slot, label, refused } = props;
  const { summary, findings } = judge(archive.peeked, slot, props.backend);
  const { file } = archive;
  const isBad = archive.peeked.fault !== null || refused.length > 0;
  const said = [...refused, ...findings];
  return (
    <>
      <div className={styles.file}>
        <Text className={styles.name}>{file.name}</Text>
        <Text size={200} className={styles.quiet}>
          {[formatBytes(file.size), summary].filter(Boolean).join(' · ')}
        </Text>
        <Mark isBad={isBad} isDoubtful={said.length > 0} />
      </div>
      <div className={styles.actions}>
        <SlotMenu
          file={file.name}
          slots={SLOTS.filter((each) => each !== slot)}
          onChoose={props.onMove}
        />
        <Button
          size="small"
          appearance="subtle"
          icon={<DismissRegular />}
          aria-label={TEXT.remove(file.name, label)}
          onClick={props.onRemove}
        />
      </div>
      {said.length > 0 && (
        <div className={styles.problems}>
          <ProblemList problems={said.map(problemText)} />
        </div>
      )}
    </>
  );
}

function Mark({ isBad, isDoubtful }: { isBad: boolean; isDoubtful: boolean }) {
  const styles = useStyles();
  const [Icon, tone, title] = isBad
    ? [ErrorCircleFilled, styles.bad, TEXT.isBad]
    : isDoubtful
      ? [WarningFilled, styles.warning, TEXT.isDoubtful]
      : [CheckmarkCircleFilled, styles.good, TEXT.looksRight];
  return (
    <span className={mergeClasses(styles.mark, tone)} role="img" aria-label={title}>
      <Icon aria-hidden />
    </span>
  );
}

function problemText({ file, line, detail, ...rest }: Finding | ProblemItem): string {
  const { row = null, column = null } = rest as Partial<ProblemItem>;
  const where = [file, row && `row ${row}`, !row && line && `line ${line}`, column].filter(Boolean);
  return where.length ? `${where.join(', ')}: ${detail}` : detail;
}

const FIRST = 3;

/** The first few, and the rest if asked for. */
export function ProblemList({ problems }: { problems: string[] }) {
  const styles = useStyles();
  const [showsAll, setShowsAll] = useState(false);
  const [isCopied, setIsCopied] = useState(false);
  const hidden = problems.length - FIRST;
  const copy = async () => {
    await navigator.clipboard.writeText(problems.join('\n'));
    setIsCopied(true);
  };
  return (
    <>
      <ul className={styles.list}>
        {(showsAll ? problems : problems.slice(0, FIRST)).map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
      {hidden > 0 && (
        <div className={styles.actions}>
          {!showsAll && <Text className={styles.quiet}>{TEXT.more(hidden)}</Text>}
          <Button
            size="small"
            appearance="transparent"
            aria-expanded={showsAll}
            onClick={() => setShowsAll(!showsAll)}
          >
            {showsAll ? TEXT.showFewer : TEXT.showAll}
          </Button>
          <Button size="small" appearance="transparent" onClick={() => void copy()}>
            {isCopied ? TEXT.copied : TEXT.copy}
          </Button>
        </div>
      )}
    </>
  );
}
