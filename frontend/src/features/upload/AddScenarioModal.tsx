import {
  Button,
  Dialog,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  mergeClasses,
  Text,
  tokens,
} from '@fluentui/react-components';
import { DismissRegular, DocumentAddRegular, FolderRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactNode } from 'react';

import type { Connection } from '@/api/fabric';
import { FABRIC } from '@/lib/backends';
import { useAnnounce } from '@/ui/Announcer';
import { FileButton } from '@/ui/FileButton';
import { FocusReturn } from '@/ui/FocusReturn';
import { useWindowDrop } from '@/ui/useWindowDrop';

import { FailureBar } from './FailureBar';
import { BackendChooser, backendsQuery, NameField } from './Fields';
import { Footer } from './Footer';
import { KeptFiles, Notices, WhichScenario } from './Notices';
import { SlotRow } from './SlotRow';
import type { Archive } from './staging';
import { TEXT } from './text';
import { SLOT_DEFS, useScenarioUpload, type ScenarioUpload } from './useScenarioUpload';
import { writtenName } from './uploadState';
import { useActiveWorkspace, WorkspaceButton } from './Workspace';

const useStyles = makeStyles({
  surface: {
    maxWidth: '720px',
    '@media (max-width: 480px)': {
      maxWidth: '100vw',
      width: '100vw',
      height: '100dvh',
      maxHeight: '100dvh',
      borderRadius: 0,
      padding: tokens.spacingHorizontalM,
    },
  },
  content: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    '> *': { flexShrink: 0 },
  },
  away: { display: 'none' },
  files: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    minWidth: 0,
    margin: 0,
    padding: 0,
    border: 'none',
    ':disabled button': { opacity: 0.5 },
    ':disabled label': { opacity: 0.5 },
  },
  back: {
    display: 'flex',
    justifyContent: 'end',
    paddingTop: tokens.spacingVerticalM,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  footer: { gridColumn: '1 / 4' },
  zone: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalM,
    padding: tokens.spacingHorizontalL,
    border: `2px dashed ${tokens.colorNeutralStrokeAccessible}`,
    borderRadius: tokens.borderRadiusLarge,
  },
  over: {
    border: `2px dashed ${tokens.colorBrandStroke1}`,
    backgroundColor: tokens.colorBrandBackground2,
  },
  invitation: { flex: '1 1 220px' },
  slots: { listStyleType: 'none', margin: 0, padding: 0 },
  quiet: { color: tokens.colorNeutralForeground2 },
});

export interface AddScenarioModalProps {
  open: boolean;
  /** Files that were dropped on the page; a new array adds to what is staged. */
  initialFiles: File[];
  /** The scenario that is loaded again; what the files call themselves does not count then. */
  initialName?: string;
  onClose: () => void;
  onSaved: (jobId: string) => void;
  /** The connected workspaces of Fabric, to be shown in here. */
  connections: (onSaved: (connection: Connection) => void) => ReactNode;
}

// what was put aside, from one opening to the next, as long as the page lives
let putAside: Archive[] = [];

/** Adds a scenario: stages its files, and sends them as one job. */
export function AddScenarioModal(props: AddScenarioModalProps) {
  return props.open && <UploadDialog {...props} />;
}

function UploadDialog(props: AddScenarioModalProps) {
  const { initialFiles, initialName = '', onClose, onSaved } = props;
  const styles = useStyles();
  const [backend, setBackend, offersFabric] = useBackend();
  const workspace = useActiveWorkspace(offersFabric);
  const [connecting, setConnecting] = useState(false);
  const announce = useAnnounce();
  const upload = useScenarioUpload(
    backend,
    (jobId, name) => {
      announce(TEXT.saved(name));
      onSaved(jobId);
    },
    onClose,
    { kept: putAside, name: initialName, workspace: workspace ?? null },
  );
  const { state, dispatch, add } = upload;
  useInitialFiles(initialFiles, add);
  useEffect(() => {
    putAside = state.kept;
  }, [state.kept]);
  const mayClose = () => {
    if (connecting) setConnecting(false);
    else if (state.step.kind === 'sending') dispatch({ type: 'leaveAsked' });
    else onClose();
  };
  const isSending = upload.phase === 'sending';
  const connected = ({ active }: Connection) => {
    setBackend(FABRIC);
    if (active) setConnecting(false);
  };
  const showJob = (jobId: string) => {
    onClose();
    onSaved(jobId);
  };
  return (
    <Dialog
      open
      onOpenChange={(_, { type }) => {
        // a click beside the dialog must not lose what was staged
        if (type !== 'backdropClick' || upload.phase === 'idle') mayClose();
      }}
    >
      <DialogSurface className={styles.surface}>
        <FocusReturn />
        <DialogBody>
          <DialogTitle
            action={
              <Button
                appearance="subtle"
                aria-label={TEXT.close}
                icon={<DismissRegular />}
                onClick={mayClose}
              />
            }
          >
            {TEXT.title}
          </DialogTitle>
          <DialogContent
            className={styles.content}
            // scrolls by keyboard where nothing inside can have the focus
            tabIndex={isSending ? 0 : undefined}
          >
            {connecting && <InPlace>{props.connections(connected)}</InPlace>}
            <div className={mergeClasses(styles.content, connecting && styles.away)}>
              {state.step.kind === 'failed' && (
                <FailureBar
                  failure={state.step.failure}
                  onTryAgain={upload.save}
                  onShowJob={showJob}
                />
              )}
              <fieldset className={styles.files} disabled={isSending}>
                <Staging upload={upload} backend={backend} />
              </fieldset>
              <NameField
                name={state.name}
                written={writtenName(state.staged)}
                isEdited={state.nameEdited}
                exists={!!upload.existing}
                disabled={isSending}
                onChange={(name) => dispatch({ type: 'named', name })}
              />
              <BackendChooser
                selected={backend}
                disabled={isSending}
                workspace={workspace}
                workspaceButton={
                  workspace !== undefined && (
                    <WorkspaceButton
                      workspace={workspace}
                      disabled={isSending}
                      isOpen={connecting}
                      onOpen={() => {
                        setConnecting(true);
                        dispatch({ type: 'edited' });
                      }}
                    />
                  )
                }
                onSelect={(id) => {
                  setBackend(id);
                  dispatch({ type: 'edited' });
                }}
              />
            </div>
          </DialogContent>
          <div className={styles.footer}>
            {connecting ? (
              <div className={styles.back}>
                <Button onClick={() => setConnecting(false)}>{TEXT.backToUpload}</Button>
              </div>
            ) : (
              <Footer upload={upload} onClose={onClose} />
            )}
          </div>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

/** What takes the place of the upload for a while; it has the focus at first. */
function InPlace({ children }: { children: ReactNode }) {
  const place = useRef<HTMLElement>(null);
  useEffect(() => place.current?.focus(), []);
  return (
    <section ref={place} tabIndex={-1} aria-label={TEXT.workspaces} style={{ outline: 'none' }}>
      {children}
    </section>
  );
}

/** The drop zone, what became of dropped files, and the five slots. */
function Staging({ upload, backend }: { upload: ScenarioUpload; backend: string }) {
  const styles = useStyles();
  const { state, dispatch, add } = upload;
  const isReading = state.reading.length > 0;
  return (
    <>
      <DropZone onFiles={add} refuses={upload.phase === 'sending'} />
      <WhichScenario {...{ state, dispatch }} />
      <KeptFiles {...{ state, dispatch }} />
      <Notices notices={state.notices} dispatch={dispatch} />
      <ul className={styles.slots} aria-label={TEXT.parts} aria-busy={isReading}>
        {SLOT_DEFS.map(({ slot, label }) => (
          <SlotRow
            key={slot}
            slot={slot}
            label={label(backend)}
            archive={state.staged[slot]}
            backend={backend}
            refused={state.serverProblems[slot] ?? []}
            isReading={isReading}
            onChoose={(files) => add(files, slot)}
            onRemove={() => dispatch({ type: 'removed', slot })}
            onMove={(to) => dispatch({ type: 'moved', from: slot, to })}
          />
        ))}
      </ul>
    </>
  );
}

function DropZone(props: { onFiles: (files: File[]) => void; refuses: boolean }) {
  const styles = useStyles();
  const { onFiles } = props;
  const isOver = useWindowDrop(onFiles, props.refuses);
  return (
    <div className={mergeClasses(styles.zone, isOver && styles.over)}>
      <Text className={styles.invitation}>{TEXT.drop}</Text>
      <FileButton multiple icon={<DocumentAddRegular aria-hidden />} onFiles={onFiles}>
        {TEXT.chooseFiles}
      </FileButton>
      <FileButton folder icon={<FolderRegular aria-hidden />} onFiles={onFiles}>
        {TEXT.chooseFolder}
      </FileButton>
    </div>
  );
}

/** The backend that was chosen, else the server's default; how to choose; whether Fabric is one. */
function useBackend(): [string, (id: string) => void, boolean] {
  const [chosen, setChosen] = useState('');
  const { data } = useQuery(backendsQuery());
  const preset = data?.find((backend) => backend.default && backend.available);
  const offersFabric = data?.some(({ id, available }) => id === FABRIC && available) ?? false;
  return [chosen || (preset?.id ?? ''), setChosen, offersFabric];
}

function useInitialFiles(files: File[], add: (files: File[]) => void): void {
  const taken = useRef<File[] | null>(null);
  useEffect(() => {
    if (taken.current === files) return;
    taken.current = files;
    add(files);
  }, [files, add]);
}
