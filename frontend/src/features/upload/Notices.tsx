import {
  Button,
  makeStyles,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
} from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons';

import { SLOTS, type Slot } from '@/lib/slots';

import { groupsOf, noticeText, type Notice } from './staging';
import { slotName, TEXT } from './text';
import { stagedArchives, type UploadAction, type UploadState } from './uploadState';

const useStyles = makeStyles({
  body: { whiteSpace: 'normal', overflowWrap: 'anywhere' },
});

type Dispatch = (action: UploadAction) => void;

/** What became of files that were not simply taken. */
export function Notices({ notices, dispatch }: { notices: Notice[]; dispatch: Dispatch }) {
  const styles = useStyles();
  return notices.map((notice, at) => (
    <MessageBar
      key={noticeKey(notice, at)}
      layout="singleline"
      intent={notice.kind === 'replaced' ? 'info' : 'warning'}
    >
      <MessageBarBody className={styles.body}>{noticeText(notice)}</MessageBarBody>
      <MessageBarActions
        containerAction={
          <Button
            appearance="transparent"
            size="small"
            icon={<DismissRegular />}
            aria-label={`${TEXT.dismiss}: ${noticeText(notice)}`}
            onClick={() => dispatch({ type: 'dismissed', notice: at })}
          />
        }
      >
        {notice.kind === 'replaced' && (
          <Button
            size="small"
            aria-label={TEXT.undoFile(notice.before.file.name)}
            onClick={() => dispatch({ type: 'undone', notice: at })}
          >
            {TEXT.undo}
          </Button>
        )}
        {notice.kind === 'unplaced' && (
          <SlotMenu
            file={notice.archive.file.name}
            slots={SLOTS}
            onChoose={(slot) => dispatch({ type: 'putIn', notice: at, slot })}
          />
        )}
      </MessageBarActions>
    </MessageBar>
  ));
}

const noticeKey = (notice: Notice, at: number) => `${at} ${noticeText(notice)}`;

/** “Put in…” */
export function SlotMenu(props: {
  file: string;
  slots: readonly Slot[];
  onChoose: (slot: Slot) => void;
}) {
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button size="small" aria-label={TEXT.moveFile(props.file)}>
          {TEXT.move}
        </Button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {props.slots.map((slot) => (
            <MenuItem key={slot} onClick={() => props.onChoose(slot)}>
              {slotName(slot)}
            </MenuItem>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

/** Files of more than one scenario: which one is meant. */
export function WhichScenario({ state, dispatch }: { state: UploadState; dispatch: Dispatch }) {
  const styles = useStyles();
  if (!state.undecided.length) return null;
  const groups = groupsOf([...stagedArchives(state.staged), ...state.undecided]);
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody className={styles.body}>
        {TEXT.belong(groups)} <strong>{TEXT.whichOne}</strong>
      </MessageBarBody>
      <MessageBarActions>
        {groups.map(({ scenario }) => (
          <Button
            key={scenario}
            size="small"
            onClick={() => dispatch({ type: 'decided', scenario })}
          >
            {scenario}
          </Button>
        ))}
        <Button
          size="small"
          appearance="transparent"
          onClick={() => dispatch({ type: 'decided', scenario: null })}
        >
          {TEXT.takeAll}
        </Button>
      </MessageBarActions>
    </MessageBar>
  );
}

/** Files of other scenarios, which were not chosen when it was asked. */
export function KeptFiles({ state, dispatch }: { state: UploadState; dispatch: Dispatch }) {
  const styles = useStyles();
  if (!state.kept.length) return null;
  const isFree = !stagedArchives(state.staged).length && !state.reading.length;
  const groups = groupsOf(state.kept);
  return (
    <MessageBar intent="info" layout="multiline">
      <MessageBarBody className={styles.body}>{groups.map(TEXT.waits).join(' ')}</MessageBarBody>
      <MessageBarActions>
        {isFree && (
          <Button size="small" onClick={() => dispatch({ type: 'keptTaken' })}>
            {TEXT.takeKept(groups[0]?.scenario ?? '')}
          </Button>
        )}
        <Button
          size="small"
          appearance="transparent"
          onClick={() => dispatch({ type: 'keptForgotten' })}
        >
          {TEXT.forget}
        </Button>
      </MessageBarActions>
    </MessageBar>
  );
}
