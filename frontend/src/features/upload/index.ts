export { AddScenarioModal } from './AddScenarioModal';
export { AddScenarioModal as default } from './AddScenarioModal';
