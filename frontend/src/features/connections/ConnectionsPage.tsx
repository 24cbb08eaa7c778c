import { Page } from '@/ui/Page';

import { FabricConnectionPanel } from './FabricConnectionPanel';
import { TEXT } from './text';

export function ConnectionsPage() {
  return (
    <Page subject={TEXT.subject}>
      <FabricConnectionPanel />
    </Page>
  );
}
