import { Button, makeStyles, ProgressBar, Text, tokens } from '@fluentui/react-components';
import { useEffect, useRef, type MouseEvent, type ReactNode } from 'react';

import type { ScenarioSummary } from '@/api/scenarios';
import { formatCount, formatTime } from '@/lib/format';
import { SLOTS } from '@/lib/slots';

import { TEXT } from './text';
import { percentOf, secondsLeft, speedOf, type Transfer } from './transfer';
import type { ScenarioUpload } from './useScenarioUpload';

const useStyles = makeStyles({
  footer: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalM,
    paddingTop: tokens.spacingVerticalM,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  words: { flex: '1 1 240px', minWidth: 0, overflowWrap: 'anywhere' },
  line: { display: 'block' },
  quiet: { color: tokens.colorNeutralForeground2 },
  buttons: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalS,
    marginInlineStart: 'auto',
  },
});

/** What can be done next; never more than one question at a time. */
export function Footer({ upload, onClose }: { upload: ScenarioUpload; onClose: () => void }) {
  const { step } = upload.state;
  if (step.kind === 'sending' && step.leaving) return <LeaveFooter {...{ upload, onClose }} />;
  if (step.kind === 'sending') return <SendingFooter upload={upload} transfer={step.transfer} />;
  if (step.kind === 'confirming') return <ReplaceFooter upload={upload} />;
  return <ReadyFooter {...{ upload, onClose }} />;
}

function Frame({ words, children }: { words: ReactNode; children: ReactNode }) {
  const styles = useStyles();
  return (
    <div className={styles.footer}>
      <div className={styles.words}>{words}</div>
      <div className={styles.buttons}>{children}</div>
    </div>
  );
}

function ReadyFooter({ upload, onClose }: { upload: ScenarioUpload; onClose: () => void }) {
  const styles = useStyles();
  const { state, blocked } = upload;
  const parts = SLOTS.flatMap((slot) => state.staged[slot] ?? []);
  const bytes = parts.reduce((sum, { file }) => sum + file.size, 0);
  return (
    <Frame
      words={
        <>
          <Text className={styles.line}>{TEXT.summary(parts.length, bytes)}</Text>
          <Text id="why-blocked" size={200} className={styles.quiet}>
            {blocked}
          </Text>
        </>
      }
    >
      <Button onClick={onClose}>{TEXT.cancel}</Button>
      <Button
        appearance="primary"
        disabledFocusable={blocked !== null}
        aria-describedby={blocked === null ? undefined : 'why-blocked'}
        onClick={upload.save}
      >
        {TEXT.save}
      </Button>
    </Frame>
  );
}

/** Not by the second half of a double click on Save, in whose place this button appears. */
const deliberately = (act: () => void) => (event: MouseEvent) => {
  if (event.detail < 2) act();
};

/** Gets the focus when it appears, since the button that was pressed is gone. */
function useFocus() {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return button;
}

function ReplaceFooter({ upload }: { upload: ScenarioUpload }) {
  const styles = useStyles();
  const { state, existing, dispatch, save } = upload;
  const kept = SLOTS.filter((slot) => existing?.parts[slot] && !state.staged[slot]);
  return (
    <Frame
      words={
        <div role="alert">
          <Text weight="semibold" className={styles.line}>
            {TEXT.replaces(state.name, loadedAt(existing), countsOf(existing))}
          </Text>
          <Text className={styles.line}>
            {existing?.backend === 'fabric-gql' ? TEXT.oldStaysFabric : TEXT.oldStays}{' '}
            {kept.length > 0 && TEXT.partsStay(kept)}
          </Text>
        </div>
      }
    >
      <Button ref={useFocus()} onClick={() => dispatch({ type: 'wentBack' })}>
        {TEXT.back}
      </Button>
      <Button appearance="primary" onClick={deliberately(save)}>
        {TEXT.replace}
      </Button>
    </Frame>
  );
}

function loadedAt(scenario: ScenarioSummary | undefined): string {
  const times = Object.values(scenario?.parts ?? {}).map((part) => part.loaded_at);
  const newest = times.toSorted().at(-1);
  return newest ? formatTime(newest) : '';
}

function sum(counts: unknown): number {
  const each = Object.values((counts ?? {}) as Record<string, number>);
  return each.reduce((total, count) => total + count, 0);
}

/** `3,748 vertices, 57,645 edges`, as far as the parts count them. */
function countsOf(scenario: ScenarioSummary | undefined): string {
  const counts = scenario?.parts['graph']?.counts ?? {};
  if (!counts['vertices']) return '';
  const vertices = formatCount(sum(counts['vertices']), 'vertex', 'vertices');
  return `${vertices}, ${formatCount(sum(counts['edges']), 'edge')}`;
}

function SendingFooter({ upload, transfer }: { upload: ScenarioUpload; transfer: Transfer }) {
  const styles = useStyles();
  const percent = percentOf(transfer);
  const isSent = transfer.total > 0 && transfer.sent >= transfer.total;
  return (
    <Frame
      words={
        <>
          <ProgressBar
            aria-label={TEXT.progress}
            value={isSent ? undefined : percent}
            max={100}
            thickness="large"
          />
          <Text className={styles.line}>{isSent ? TEXT.storing : transferText(transfer)}</Text>
        </>
      }
    >
      <Button onClick={upload.stop}>{TEXT.cancel}</Button>
      {/* stays where it was pressed: a second press, by Enter or by hand, must not cancel */}
      <Button ref={useFocus()} appearance="primary" disabledFocusable>
        {TEXT.save}
      </Button>
    </Frame>
  );
}

function transferText(transfer: Transfer): string {
  const [speed, left] = [speedOf(transfer), secondsLeft(transfer)];
  const words = [TEXT.sending(percentOf(transfer), transfer.sent, transfer.total)];
  if (speed) words.push(TEXT.speed(speed));
  if (left !== null) words.push(TEXT.left(left));
  return words.join(', ');
}

function LeaveFooter({ upload, onClose }: { upload: ScenarioUpload; onClose: () => void }) {
  return (
    <Frame
      words={
        <Text role="alert" weight="semibold">
          {TEXT.stopQuestion}
        </Text>
      }
    >
      <Button ref={useFocus()} onClick={() => upload.dispatch({ type: 'stayed' })}>
        {TEXT.keepSending}
      </Button>
      <Button
        appearance="primary"
        onClick={() => {
          upload.stop();
          onClose();
        }}
      >
        {TEXT.stop}
      </Button>
    </Frame>
  );
}
