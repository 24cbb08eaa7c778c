export { ScenarioPage as default } from './ScenarioPage';
