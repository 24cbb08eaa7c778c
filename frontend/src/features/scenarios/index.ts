export { ScenarioMenu } from './ScenarioMenu';
export { ScenariosPage } from './ScenariosPage';
