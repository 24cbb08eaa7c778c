import { Link } from 'wouter';

import { Page } from '@/ui/Page';
import { StateMessage } from '@/ui/states';

import { TEXT } from './text';

export function NotFoundPage() {
  return (
    <Page subject={TEXT.notFound}>
      <StateMessage title={TEXT.notFoundBody} actions={<Link href="/">{TEXT.scenarios}</Link>} />
    </Page>
  );
}
