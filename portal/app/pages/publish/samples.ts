// Files to start from. Small, complete, and each showing one more thing.
import type { DraftContent } from './draft.ts';

export const sampleNames = ['web', 'redis', 'database', 'tomcat'] as const;
export type SampleName = (typeof sampleNames)[number];

const compose = 'docker-compose.yml';
const one = (text: string, variables?: Readonly<Record<string, string>>): DraftContent => ({
  files: { [compose]: text.trimStart() },
  main: [compose],
  ...(variables === undefined ? {} : { variables }),
});

export const samples: { readonly [S in SampleName]: { readonly name: string; readonly content: DraftContent } } = {
  web: {
    name: 'web',
    content: one(`
services:
  web:
    image: nginx:alpine
    ports:
      - "8080:80"
    restart: unless-stopped
`),
  },
  redis: {
    name: 'counter',
    content: one(`
services:
  web:
    image: example/counter:1.0
    ports:
      - "5000:5000"
    environment:
      REDIS_HOST: redis
    depends_on:
      - redis
    restart: unless-stopped

  redis:
    image: redis:7-alpine
    volumes:
      - data:/data
    restart: unless-stopped

volumes:
  data:
`),
  },
  database: {
    name: 'blog',
    content: one(
      `
services:
  wordpress:
    image: wordpress:6
    ports:
      - "\${HTTP_PORT:-8080}:80"
    environment:
      WORDPRESS_DB_HOST: database
      WORDPRESS_DB_USER: wordpress
      WORDPRESS_DB_PASSWORD: \${DB_PASSWORD:?give the database a password}
      WORDPRESS_DB_NAME: wordpress
    volumes:
      - content:/var/www/html
    depends_on:
      database:
        condition: service_healthy
    restart: unless-stopped

  database:
    image: mariadb:11
    environment:
      MARIADB_DATABASE: wordpress
      MARIADB_USER: wordpress
      MARIADB_PASSWORD: \${DB_PASSWORD}
      MARIADB_RANDOM_ROOT_PASSWORD: "1"
    volumes:
      - database:/var/lib/mysql
    healthcheck:
      test: ["CMD", "healthcheck.sh", "--connect", "--innodb_initialized"]
      interval: 10s
      retries: 6
    restart: unless-stopped

volumes:
  content:
  database:
`,
      { HTTP_PORT: '8080', DB_PASSWORD: '' },
    ),
  },
  tomcat: {
    name: 'tomcat',
    content: one(`
services:
  tomcat:
    image: tomcat:10-jdk21
    hostname: tomcat
    ports:
      - "8080:8080"
    environment:
      CATALINA_OPTS: -Xms512m -Xmx1g
    mem_limit: 1536m
    volumes:
      - webapps:/usr/local/tomcat/webapps
      - logs:/usr/local/tomcat/logs
    stop_grace_period: 30s
    restart: unless-stopped

volumes:
  webapps:
  logs:
`),
  },
};
