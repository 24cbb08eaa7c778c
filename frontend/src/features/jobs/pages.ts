/** What is drawn only when somebody looks at jobs; loaded then. */
export { JobPage } from './JobPage';
export { JobsPage } from './JobsPage';
export { ScenarioStatusPanel } from './ScenarioStatusPanel';
