import { Link, makeStyles, tokens } from '@fluentui/react-components';
import { CheckmarkCircleFilled, ErrorCircleFilled } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';

import { Table } from '@/ui/Table';

import { readyQuery, versionQuery } from './queries';
import { TEXT } from './text';

const SERVICES = ['api', 'query'] as const;

const useStyles = makeStyles({
  state: { display: 'inline-flex', alignItems: 'center', gap: tokens.spacingHorizontalXS },
  good: { color: tokens.colorStatusSuccessForeground1 },
  bad: { color: tokens.colorStatusDangerForeground1 },
});

/** Version and health of each service, asked for every 30 s. */
export function Services() {
  return (
    <Table
      label={TEXT.parts}
      columns={[TEXT.service, TEXT.state, TEXT.version, TEXT.interfaces]}
      rows={SERVICES.map((service) => ({
        key: service,
        cells: [
          TEXT[service],
          <State key="state" service={service} />,
          <Version key="version" service={service} />,
          <Link key="openapi" href={`/${service}/openapi`} inline>
            OpenAPI of {service}
          </Link>,
        ],
      }))}
    />
  );
}

function Version({ service }: { service: 'api' | 'query' }) {
  const { data, isPending } = useQuery(versionQuery(service));
  return isPending ? TEXT.asking : (data ?? TEXT.unknown);
}

function State({ service }: { service: 'api' | 'query' }) {
  const styles = useStyles();
  const { data: fault } = useQuery(readyQuery(service));
  if (fault === undefined) return TEXT.asking;
  return (
    <span className={styles.state}>
      {fault ? (
        <ErrorCircleFilled className={styles.bad} />
      ) : (
        <CheckmarkCircleFilled className={styles.good} />
      )}
      {fault || TEXT.ready}
    </span>
  );
}
