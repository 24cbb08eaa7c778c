export { ConnectionsPage } from './ConnectionsPage';
export { FabricConnectionPanel } from './FabricConnectionPanel';
