import { makeStyles, tokens } from '@fluentui/react-components';
import { lazy, Suspense, useRef } from 'react';
import { Route, Switch, useLocation } from 'wouter';

import { countActive, useJobs } from '@/features/jobs';
import { ScenarioMenu, ScenariosPage } from '@/features/scenarios';
import { useAnnounce } from '@/ui/Announcer';
import { TitlePrefix } from '@/ui/Page';

import { DropTarget } from './DropTarget';
import { Header } from './Header';
import { KeysDialog } from './KeysDialog';
import { LastJob } from './LastJob';
import { NotFoundPage } from './NotFoundPage';
import { PracticeBar } from './PracticeBar';
import { TEXT } from './text';
import { useLayers } from './useLayers';
import { useShortcuts } from './useShortcuts';

const jobPages = () => import('@/features/jobs/pages');
const JobsPage = lazy(async () => ({ default: (await jobPages()).JobsPage }));
const JobPage = lazy(async () => ({ default: (await jobPages()).JobPage }));
const ScenarioStatusPanel = lazy(async () => ({
  default: (await jobPages()).ScenarioStatusPanel,
}));
const AddScenarioModal = lazy(() => import('@/features/upload'));
const ScenarioPage = lazy(() => import('@/features/scenario'));
const GraphTab = lazy(() => import('@/features/graph'));
const connections = () => import('@/features/connections');
const ConnectionsPage = lazy(async () => ({ default: (await connections()).ConnectionsPage }));
const FabricConnectionPanel = lazy(async () => ({
  default: (await connections()).FabricConnectionPanel,
}));
const SettingsPage = lazy(() => import('@/features/settings'));

const useStyles = makeStyles({
  skip: {
    position: 'absolute',
    insetInlineStart: tokens.spacingHorizontalM,
    top: '-100px',
    zIndex: 2000,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorBrandForegroundLink,
    ':focus': { top: tokens.spacingVerticalS },
  },
  main: { outlineStyle: 'none' },
});

/** The header, the page that the address names, and the layers that may lie above it. */
export function Shell() {
  const styles = useStyles();
  const main = useRef<HTMLElement>(null);
  const [, navigate] = useLocation();
  const announce = useAnnounce();
  const layers = useLayers();
  useShortcuts(layers);
  const active = countActive(useJobs().jobs);
  return (
    <TitlePrefix value={active ? `(${active}) ` : ''}>
      <a
        className={styles.skip}
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {TEXT.skip}
      </a>
      <Header layers={layers} />
      <PracticeBar />
      <main id="main" ref={main} tabIndex={-1} className={styles.main}>
        <Suspense>
          <Switch>
            <Route path="/">
              <ScenariosPage
                onAdd={layers.openAdd}
                onSubmitted={(jobId) => {
                  announce(TEXT.submitted);
                  layers.openJobs(jobId);
                }}
                lastJob={(name) => <LastJob scenario={name} />}
              />
            </Route>
            <Route path="/scenarios/:name/:tab?">
              {({ name, tab = '' }) => (
                <ScenarioPage
                  key={name}
                  name={name}
                  tab={tab}
                  graph={(scenario) => <GraphTab scenario={scenario} />}
                  menu={(scenario) => (
                    <ScenarioMenu
                      scenario={scenario}
                      onAdd={layers.openAdd}
                      onDeleted={() => navigate('/')}
                    />
                  )}
                />
              )}
            </Route>
            <Route path="/jobs" component={JobsPage} />
            <Route path="/jobs/:id">{({ id }) => <JobPage key={id} id={id} />}</Route>
            <Route path="/connections" component={ConnectionsPage} />
            <Route path="/settings" component={SettingsPage} />
            <Route component={NotFoundPage} />
          </Switch>
        </Suspense>
      </main>
      <Suspense>
        {layers.addOpen && (
          <AddScenarioModal
            open
            initialFiles={layers.files}
            initialName={layers.addName}
            onClose={layers.closeAdd}
            onSaved={layers.openJobs}
            connections={(onSaved) => <FabricConnectionPanel onSaved={onSaved} />}
          />
        )}
        {layers.jobsOpen && (
          <ScenarioStatusPanel open onClose={layers.closeJobs} focusJobId={layers.focusJob} />
        )}
      </Suspense>
      <KeysDialog open={layers.keysOpen} onClose={layers.closeKeys} />
      {!layers.addOpen && <DropTarget onDrop={layers.openAddWith} />}
    </TitlePrefix>
  );
}
