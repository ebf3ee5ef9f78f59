/* Made by `npm run generate` from Neon's OpenAPI file; do not edit. */

export interface paths {
  '/projects': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['listProjects'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/projects/{project_id}': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    get: operations['getProject'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch: operations['updateProject'];
    trace?: never;
  };
  '/projects/{project_id}/branches': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    get: operations['listProjectBranches'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/projects/{project_id}/branches/{branch_id}': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        branch_id: string;
        project_id: string;
      };
      cookie?: never;
    };
    get: operations['getProjectBranch'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/projects/{project_id}/branches/{branch_id}/databases': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        branch_id: string;
        project_id: string;
      };
      cookie?: never;
    };
    get: operations['listProjectBranchDatabases'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/projects/{project_id}/branches/{branch_id}/endpoints': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        branch_id: string;
        project_id: string;
      };
      cookie?: never;
    };
    get: operations['listProjectBranchEndpoints'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/projects/{project_id}/branches/{branch_id}/roles': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        branch_id: string;
        project_id: string;
      };
      cookie?: never;
    };
    get: operations['listProjectBranchRoles'];
    put?: never;
    post: operations['createProjectBranchRole'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/projects/{project_id}/branches/{branch_id}/roles/{role_name}': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        branch_id: string;
        project_id: string;
        role_name: string;
      };
      cookie?: never;
    };
    get: operations['getProjectBranchRole'];
    put?: never;
    post?: never;
    delete: operations['deleteProjectBranchRole'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/projects/{project_id}/branches/{branch_id}/roles/{role_name}/reset_password': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        branch_id: string;
        project_id: string;
        role_name: string;
      };
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['resetProjectBranchRolePassword'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/projects/{project_id}/branches/{branch_id}/roles/{role_name}/reveal_password': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        branch_id: string;
        project_id: string;
        role_name: string;
      };
      cookie?: never;
    };
    get: operations['getProjectBranchRolePassword'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/projects/{project_id}/connection_uri': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['getConnectionURI'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/projects/{project_id}/endpoints': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    get: operations['listProjectEndpoints'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/projects/{project_id}/operations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['listProjectOperations'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/projects/{project_id}/operations/{operation_id}': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        operation_id: string;
        project_id: string;
      };
      cookie?: never;
    };
    get: operations['getProjectOperation'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/users/me/organizations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['getCurrentUserOrganizations'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    AllowedIps: {
      ips?: string[];
      protected_branches_only?: boolean;
    };
    AnnotationData: {
      /** Format: date-time */
      created_at?: string;
      object: components['schemas']['AnnotationObjectData'];
      /** Format: date-time */
      updated_at?: string;
      value: components['schemas']['AnnotationValueData'];
    };
    AnnotationObjectData: {
      id: string;
      type: string;
    };
    AnnotationResponse: {
      annotation: components['schemas']['AnnotationData'];
    };
    AnnotationsMapResponse: {
      annotations: {
        [key: string]: components['schemas']['AnnotationData'];
      };
    };
    AnnotationValueData: {
      [key: string]: string;
    };
    /** @enum {string} */
    ApplicationType: 'vercel' | 'github' | 'datadog' | 'opentelemetry';
    /** @enum {string} */
    BillingSubscriptionType:
      | 'UNKNOWN'
      | 'direct_sales'
      | 'direct_sales_v3'
      | 'aws_marketplace'
      | 'free_v2'
      | 'free_v3'
      | 'launch'
      | 'launch_v3'
      | 'scale'
      | 'scale_v3'
      | 'business'
      | 'vercel_pg_legacy';
    Branch: {
      /** Format: int64 */
      active_time_seconds: number;
      /** Format: int64 */
      compute_time_seconds: number;
      /**
       * Format: int64
       * @deprecated
       */
      cpu_used_sec: number;
      /** Format: date-time */
      created_at: string;
      created_by?: {
        image?: string;
        name?: string;
      };
      creation_source: string;
      current_state: components['schemas']['BranchState'];
      /** Format: int64 */
      data_transfer_bytes: number;
      default: boolean;
      /** Format: date-time */
      expires_at?: string;
      id: string;
      init_source?: string;
      /** Format: date-time */
      last_reset_at?: string;
      /** Format: int64 */
      logical_size?: number;
      name: string;
      parent_id?: string;
      parent_lsn?: string;
      /** Format: date-time */
      parent_timestamp?: string;
      pending_state?: components['schemas']['BranchState'];
      /** @deprecated */
      primary?: boolean;
      project_id: string;
      protected: boolean;
      recovery?: components['schemas']['BranchRecoveryInfo'];
      restore_status?: components['schemas']['BranchRestoreStatus'];
      restored_as?: string;
      restored_from?: string;
      restricted_actions?: components['schemas']['BranchRestrictedAction'][];
      /** Format: date-time */
      state_changed_at: string;
      ttl_interval_seconds?: number;
      /** Format: date-time */
      updated_at: string;
      /** Format: int64 */
      written_data_bytes: number;
    };
    BranchesResponse: {
      branches: components['schemas']['Branch'][];
    };
    BranchRecoveryInfo: {
      /** Format: date-time */
      deleted_at: string;
      /** @enum {string} */
      deletion_method: 'user' | 'ttl';
      /** Format: date-time */
      recoverable_until: string;
    };
    BranchResponse: {
      branch: components['schemas']['Branch'];
    };
    BranchRestoreStatus: string;
    BranchRestrictedAction: {
      name: string;
      reason: string;
    };
    BranchState: string;
    ComputeUnit: number;
    ConnectionURIResponse: {
      uri: string;
    };
    CursorPagination: {
      next?: string;
      sort_by?: string;
      sort_order?: string;
    };
    CursorPaginationResponse: {
      pagination?: components['schemas']['CursorPagination'];
    };
    Database: {
      branch_id: string;
      /** Format: date-time */
      created_at: string;
      /** Format: int64 */
      id: number;
      name: string;
      owner_name: string;
      /** Format: date-time */
      updated_at: string;
    };
    DatabasesResponse: {
      databases: components['schemas']['Database'][];
    };
    DefaultEndpointSettings: {
      autoscaling_limit_max_cu?: components['schemas']['ComputeUnit'];
      autoscaling_limit_min_cu?: components['schemas']['ComputeUnit'];
      pg_settings?: components['schemas']['PgSettingsData'];
      /** @deprecated */
      pgbouncer_settings?: components['schemas']['PgbouncerSettingsData'];
      suspend_timeout_seconds?: components['schemas']['SuspendTimeoutSeconds'];
    };
    Endpoint: {
      autoscaling_limit_max_cu: components['schemas']['ComputeUnit'];
      autoscaling_limit_min_cu: components['schemas']['ComputeUnit'];
      branch_id: string;
      compute_release_version?: string;
      /** Format: date-time */
      created_at: string;
      creation_source: string;
      current_state: components['schemas']['EndpointState'];
      disabled: boolean;
      host: string;
      id: string;
      /** Format: date-time */
      last_active?: string;
      name?: string;
      passwordless_access: boolean;
      pending_state?: components['schemas']['EndpointState'];
      /** @deprecated */
      pooler_enabled: boolean;
      /** @deprecated */
      pooler_mode: components['schemas']['EndpointPoolerMode'];
      project_id: string;
      provisioner: components['schemas']['Provisioner'];
      proxy_host: string;
      region_id: string;
      settings: components['schemas']['EndpointSettingsData'];
      /** Format: date-time */
      started_at?: string;
      suspend_timeout_seconds: components['schemas']['SuspendTimeoutSeconds'];
      /** Format: date-time */
      suspended_at?: string;
      type: components['schemas']['EndpointType'];
      /** Format: date-time */
      updated_at: string;
    };
    /**
     * @deprecated
     * @enum {string}
     */
    EndpointPoolerMode: 'transaction';
    EndpointSettingsData: {
      pg_settings?: components['schemas']['PgSettingsData'];
      /** @deprecated */
      pgbouncer_settings?: components['schemas']['PgbouncerSettingsData'];
      preload_libraries?: components['schemas']['PreloadLibraries'];
    };
    EndpointsResponse: {
      endpoints: components['schemas']['Endpoint'][];
    };
    /** @enum {string} */
    EndpointState: 'init' | 'active' | 'idle';
    /** @enum {string} */
    EndpointType: 'read_only' | 'read_write';
    /** @default  */
    ErrorCode: string;
    GeneralError: {
      code: components['schemas']['ErrorCode'];
      message: string;
      request_id?: string;
    };
    MaintenanceWindow: {
      end_time: string;
      start_time: string;
      weekdays: number[];
    };
    Operation: {
      action: components['schemas']['OperationAction'];
      branch_id?: string;
      /** Format: date-time */
      created_at: string;
      endpoint_id?: string;
      error?: string;
      /** Format: int32 */
      failures_count: number;
      /** Format: uuid */
      id: string;
      project_id: string;
      /** Format: date-time */
      retry_at?: string;
      status: components['schemas']['OperationStatus'];
      /** Format: int32 */
      total_duration_ms: number;
      /** Format: date-time */
      updated_at: string;
    };
    /** @enum {string} */
    OperationAction:
      | 'create_compute'
      | 'create_timeline'
      | 'start_compute'
      | 'suspend_compute'
      | 'apply_config'
      | 'check_availability'
      | 'delete_timeline'
      | 'create_branch'
      | 'import_data'
      | 'tenant_ignore'
      | 'tenant_attach'
      | 'tenant_detach'
      | 'tenant_reattach'
      | 'replace_safekeeper'
      | 'disable_maintenance'
      | 'apply_storage_config'
      | 'prepare_secondary_pageserver'
      | 'switch_pageserver'
      | 'detach_parent_branch'
      | 'timeline_archive'
      | 'timeline_unarchive'
      | 'start_reserved_compute'
      | 'sync_dbs_and_roles_from_compute'
      | 'apply_schema_from_branch'
      | 'timeline_mark_invisible'
      | 'timeline_update_protected_config'
      | 'prewarm_replica'
      | 'promote_replica'
      | 'set_storage_non_dirty'
      | 'swap_binding_id'
      | 'finalize_migration'
      | 'mark_migration_prepared'
      | 'update_catalog';
    OperationResponse: {
      operation: components['schemas']['Operation'];
    };
    OperationsResponse: {
      operations: components['schemas']['Operation'][];
    };
    /** @enum {string} */
    OperationStatus:
      'scheduling' | 'running' | 'finished' | 'failed' | 'error' | 'cancelling' | 'cancelled' | 'skipped';
    Organization: {
      allow_hipaa_projects?: boolean;
      /** Format: date-time */
      created_at: string;
      handle: string;
      id: string;
      managed_by: string;
      name: string;
      plan: string;
      require_mfa?: boolean;
      /** Format: date-time */
      updated_at: string;
    };
    OrganizationsResponse: {
      organizations: components['schemas']['Organization'][];
    };
    Pagination: {
      cursor: string;
    };
    PaginationResponse: {
      pagination?: components['schemas']['Pagination'];
    };
    /** @deprecated */
    PgbouncerSettingsData: {
      [key: string]: string;
    };
    PgSettingsData: {
      [key: string]: string;
    };
    /** @default 17 */
    PgVersion: number;
    PreloadLibraries: {
      enabled_libraries?: string[];
      use_defaults?: boolean;
    };
    Project: {
      /** Format: int64 */
      active_time_seconds: number;
      /** Format: int64 */
      branch_logical_size_limit: number;
      /** Format: int64 */
      branch_logical_size_limit_bytes: number;
      /** Format: date-time */
      compute_last_active_at?: string;
      /** Format: int64 */
      compute_time_seconds: number;
      /** Format: date-time */
      consumption_period_end: string;
      /** Format: date-time */
      consumption_period_start: string;
      /**
       * Format: int64
       * @deprecated
       */
      cpu_used_sec: number;
      /** Format: date-time */
      created_at: string;
      creation_source: string;
      /** Format: int64 */
      data_storage_bytes_hour: number;
      /** Format: int64 */
      data_transfer_bytes: number;
      default_endpoint_settings?: components['schemas']['DefaultEndpointSettings'];
      effective_project_permission?: (string & components['schemas']['ProjectPermissionLevel']) | null;
      /** Format: date-time */
      hipaa_enabled_at?: string;
      /** Format: int32 */
      history_retention_seconds: number;
      id: string;
      /** Format: date-time */
      maintenance_scheduled_for?: string;
      /** Format: date-time */
      maintenance_starts_at?: string;
      name: string;
      org_id?: string;
      owner?: components['schemas']['ProjectOwnerData'];
      owner_id: string;
      pg_version: components['schemas']['PgVersion'];
      platform_id: string;
      provisioner: components['schemas']['Provisioner'];
      proxy_host: string;
      /**
       * Format: date-time
       * @deprecated
       */
      quota_reset_at?: string;
      region_id: string;
      settings?: components['schemas']['ProjectSettingsData'];
      store_passwords: boolean;
      /** Format: int64 */
      synthetic_storage_size?: number;
      /** Format: date-time */
      updated_at: string;
      /** Format: int64 */
      written_data_bytes: number;
    };
    /** @enum {string} */
    ProjectAuditLogLevel: 'base' | 'extended' | 'full';
    ProjectListItem: {
      /** Format: int64 */
      active_time: number;
      /** Format: int64 */
      branch_logical_size_limit: number;
      /** Format: int64 */
      branch_logical_size_limit_bytes: number;
      /** Format: date-time */
      compute_last_active_at?: string;
      /**
       * Format: int64
       * @deprecated
       */
      cpu_used_sec: number;
      /** Format: date-time */
      created_at: string;
      creation_source: string;
      default_endpoint_settings?: components['schemas']['DefaultEndpointSettings'];
      /** Format: date-time */
      deleted_at?: string;
      effective_project_permission?: (string & components['schemas']['ProjectPermissionLevel']) | null;
      /** Format: date-time */
      hipaa_enabled_at?: string;
      /** Format: int32 */
      history_retention_seconds?: number;
      id: string;
      /** Format: date-time */
      maintenance_starts_at?: string;
      name: string;
      org_id?: string;
      org_name?: string;
      owner_id: string;
      pg_version: components['schemas']['PgVersion'];
      platform_id: string;
      provisioner: components['schemas']['Provisioner'];
      proxy_host: string;
      /**
       * Format: date-time
       * @deprecated
       */
      quota_reset_at?: string;
      /** Format: date-time */
      recoverable_until?: string;
      region_id: string;
      settings?: components['schemas']['ProjectSettingsData'];
      store_passwords: boolean;
      /** Format: int64 */
      synthetic_storage_size?: number;
      /** Format: date-time */
      updated_at: string;
    };
    ProjectOwnerData: {
      branches_limit: number;
      /** Format: email */
      email: string;
      name: string;
      subscription_type: components['schemas']['BillingSubscriptionType'];
    };
    /** @enum {string} */
    ProjectPermissionLevel: 'CAN_VIEW' | 'CAN_EDIT' | 'CAN_MANAGE';
    ProjectQuota: {
      /** Format: int64 */
      active_time_seconds?: number;
      /** Format: int64 */
      compute_time_seconds?: number;
      /** Format: int64 */
      data_transfer_bytes?: number;
      /** Format: int64 */
      logical_size_bytes?: number;
      /** Format: int64 */
      written_data_bytes?: number;
    };
    ProjectResponse: {
      project: components['schemas']['Project'];
    };
    ProjectsApplicationsMapResponse: {
      applications: {
        [key: string]: components['schemas']['ApplicationType'][];
      };
    };
    ProjectSettingsData: {
      allowed_ips?: components['schemas']['AllowedIps'];
      audit_log_level?: components['schemas']['ProjectAuditLogLevel'];
      block_public_connections?: boolean;
      block_vpc_connections?: boolean;
      enable_logical_replication?: boolean;
      hipaa?: boolean;
      maintenance_window?: components['schemas']['MaintenanceWindow'];
      preload_libraries?: components['schemas']['PreloadLibraries'];
      quota?: components['schemas']['ProjectQuota'];
    };
    ProjectsIntegrationsMapResponse: {
      integrations: {
        [key: string]: components['schemas']['ApplicationType'][];
      };
    };
    ProjectsResponse: {
      projects: components['schemas']['ProjectListItem'][];
      unavailable_project_ids?: string[];
    };
    ProjectUpdateRequest: {
      project: {
        default_endpoint_settings?: components['schemas']['DefaultEndpointSettings'];
        /** Format: int32 */
        history_retention_seconds?: number;
        name?: string;
        settings?: components['schemas']['ProjectSettingsData'];
      };
    };
    Provisioner: string;
    Role: {
      authentication_method?: string;
      branch_id: string;
      /** Format: date-time */
      created_at: string;
      name: string;
      password?: string;
      protected?: boolean;
      /** Format: date-time */
      updated_at: string;
    };
    RoleCreateRequest: {
      role: {
        name: string;
        no_login?: boolean;
      };
    };
    RoleOperations: components['schemas']['RoleResponse'] & components['schemas']['OperationsResponse'];
    RolePasswordResponse: {
      password: string;
    };
    RoleResponse: {
      role: components['schemas']['Role'];
    };
    RolesResponse: {
      roles: components['schemas']['Role'][];
    };
    /** Format: int64 */
    SuspendTimeoutSeconds: number;
  };
  responses: {
    GeneralError: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/json': components['schemas']['GeneralError'];
      };
    };
    ListOperations: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/json': components['schemas']['OperationsResponse'] & components['schemas']['PaginationResponse'];
      };
    };
  };
  parameters: {
    CursorParam: string;
    LimitParam: number;
    SortOrderParam: 'asc' | 'desc';
    TimeoutParam: number;
  };
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  listProjects: {
    parameters: {
      query?: {
        cursor?: string;
        limit?: number;
        org_id?: string;
        recoverable?: boolean;
        search?: string;
        timeout?: components['parameters']['TimeoutParam'];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ProjectsResponse'] &
            components['schemas']['PaginationResponse'] &
            components['schemas']['ProjectsApplicationsMapResponse'] &
            components['schemas']['ProjectsIntegrationsMapResponse'];
        };
      };
      default: components['responses']['GeneralError'];
    };
  };
  getProject: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ProjectResponse'];
        };
      };
      default: components['responses']['GeneralError'];
    };
  };
  updateProject: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ProjectUpdateRequest'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ProjectResponse'] & components['schemas']['OperationsResponse'];
        };
      };
      default: components['responses']['GeneralError'];
    };
  };
  listProjectBranches: {
    parameters: {
      query?: {
        cursor?: components['parameters']['CursorParam'];
        include_deleted?: boolean;
        limit?: components['parameters']['LimitParam'];
        search?: string;
        sort_by?: 'name' | 'created_at' | 'updated_at';
        sort_order?: components['parameters']['SortOrderParam'];
      };
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['BranchesResponse'] &
            components['schemas']['AnnotationsMapResponse'] &
            components['schemas']['CursorPaginationResponse'];
        };
      };
      default: components['responses']['GeneralError'];
    };
  };
  getProjectBranch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        branch_id: string;
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['BranchResponse'] & components['schemas']['AnnotationResponse'];
        };
      };
      default: components['responses']['GeneralError'];
    };
  };
  listProjectBranchDatabases: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        branch_id: string;
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DatabasesResponse'];
        };
      };
      default: components['responses']['GeneralError'];
    };
  };
  listProjectBranchEndpoints: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        branch_id: string;
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['EndpointsResponse'];
        };
      };
      default: components['responses']['GeneralError'];
    };
  };
  listProjectBranchRoles: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        branch_id: string;
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RolesResponse'];
        };
      };
      default: components['responses']['GeneralError'];
    };
  };
  createProjectBranchRole: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        branch_id: string;
        project_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['RoleCreateRequest'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RoleOperations'];
        };
      };
      default: components['responses']['GeneralError'];
    };
  };
  getProjectBranchRole: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        branch_id: string;
        project_id: string;
        role_name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RoleResponse'];
        };
      };
      default: components['responses']['GeneralError'];
    };
  };
  deleteProjectBranchRole: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        branch_id: string;
        project_id: string;
        role_name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RoleOperations'];
        };
      };
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['GeneralError'];
    };
  };
  resetProjectBranchRolePassword: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        branch_id: string;
        project_id: string;
        role_name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RoleOperations'];
        };
      };
      default: components['responses']['GeneralError'];
    };
  };
  getProjectBranchRolePassword: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        branch_id: string;
        project_id: string;
        role_name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RolePasswordResponse'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['GeneralError'];
        };
      };
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['GeneralError'];
        };
      };
      default: components['responses']['GeneralError'];
    };
  };
  getConnectionURI: {
    parameters: {
      query: {
        branch_id?: string;
        database_name: string;
        endpoint_id?: string;
        pooled?: boolean;
        role_name: string;
      };
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConnectionURIResponse'];
        };
      };
      default: components['responses']['GeneralError'];
    };
  };
  listProjectEndpoints: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['EndpointsResponse'];
        };
      };
      default: components['responses']['GeneralError'];
    };
  };
  listProjectOperations: {
    parameters: {
      query?: {
        cursor?: string;
        limit?: number;
      };
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: components['responses']['ListOperations'];
      default: components['responses']['GeneralError'];
    };
  };
  getProjectOperation: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        operation_id: string;
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['OperationResponse'];
        };
      };
      default: components['responses']['GeneralError'];
    };
  };
  getCurrentUserOrganizations: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['OrganizationsResponse'];
        };
      };
      default: components['responses']['GeneralError'];
    };
  };
}
