import { makeStyles } from '@fluentui/react-components';

import { Page } from '@/ui/Page';

import { JobsView } from './JobsView';
import { text } from './text';
import { PAGE_FILTER, useFilterInAddress } from './useFilterInAddress';

const useStyles = makeStyles({
  // the header, the page's own head and its padding
  list: { height: 'calc(100dvh - 200px)', minHeight: '320px' },
});

/** The drawer as a page; its filters are in the address. */
export function JobsPage() {
  const styles = useStyles();
  const [filter, setFilter] = useFilterInAddress(PAGE_FILTER);
  return (
    <Page subject={text.jobs}>
      <div className={styles.list}>
        <JobsView filter={filter} onFilter={setFilter} />
      </div>
    </Page>
  );
}
